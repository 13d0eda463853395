import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from './redactor.ts';
import { resolveSecrets, wellKnownSecrets } from './secrets.ts';

/** The text through a stream, cut where the cuts say. */
const inChunks = (redactor: ReturnType<typeof createRedactor>, text: string, cuts: number[]): string => {
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
  const stream = redactor.stream();
  const shown = places.slice(1).map((end, index) => stream.push(text.slice(places[index], end)));
  return shown.join('') + stream.end();
};

// Few letters, so that values overlap, begin alike and lie within each other.
const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\n', ' '), maxLength: 40 });
const values = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n'), minLength: 1, maxLength: 6 }), {
  maxLength: 4,
});
const cuts = fc.array(fc.nat(), { maxLength: 12 });

describe('known values', () => {
  it('are replaced', () => {
    const { redact } = createRedactor({ values: ['s3cret', 'other'] });
    expect(redact('a s3cret, another s3crets3cret')).toBe('a [redacted], an[redacted] [redacted][redacted]');
  });

  it('the longer one wins', () => {
    expect(createRedactor({ values: ['abc', 'abcdef'] }).redact('abcdef abcde')).toBe(
      '[redacted] [redacted]de',
    );
  });

  it('are found in other spellings', () => {
    const { redact } = createRedactor({ values: ['p"w $x/y+1é'] });
    expect(redact(JSON.stringify({ key: 'p"w $x/y+1é' }))).toBe('{"key":"[redacted]"}');
    expect(redact('{"key": "p\\"w $x/y+1\\u00e9"}')).toBe('{"key": "[redacted]"}');
    expect(createRedactor({ values: ['a\\b"\'\n'] }).redact("'a\\\\b\"\\'\\n'")).toBe("'[redacted]'");
    expect(redact('p\\"w\\ \\$x/y+1\\é')).toBe('[redacted]');
    expect(redact(encodeURIComponent('p"w $x/y+1é'))).toBe('[redacted]');
    expect(redact('declare -x KEY="p\\"w \\$x/y+1é"')).toBe('declare -x KEY="[redacted]"');
    expect(redact(Buffer.from('p"w $x/y+1é').toString('base64'))).toBe('[redacted]');
    expect(redact(Buffer.from('p"w $x/y+1é').toString('base64url'))).toBe('[redacted]');
  });

  it('of several lines are found line by line, too, but not by a short line', () => {
    const { redact } = createRedactor({ values: ['{\n  first-line-of-key\n  second-line-of-key\n}\n'] });
    expect(redact('{ x: second-line-of-key }')).toBe('{ x: [redacted] }');
    expect(redact('{\n  first-line-of-key\n  second-line-of-key\n}\n')).toBe('[redacted]');
  });

  it('an empty value hides nothing', () => {
    const redactor = createRedactor({ values: ['', '\n'] });
    expect(redactor.redact('a b')).toBe('a b');
  });

  it('characters of regular expressions are just characters', () => {
    expect(createRedactor({ values: ['a.c*[x]'] }).redact('abc a.c*[x]')).toBe('abc [redacted]');
  });
});

describe('patterns', () => {
  it('are matched within a line', () => {
    const { redact } = createRedactor({ patterns: [/key=\S+/i, /^begin[\s\S]*end$/] });
    expect(redact('KEY=abc rest\rkey=1\nbegin\nend\nbegin end')).toBe(
      '[redacted] rest\r[redacted]\nbegin\nend\n[redacted]',
    );
  });

  it('sticky and global flags, or a match of nothing, change nothing', () => {
    const { redact } = createRedactor({ patterns: [/k\d/y, /x*/g] });
    expect([redact('a k1 k2'), redact('a k1 k2'), redact('axxb')]).toEqual([
      'a [redacted] [redacted]',
      'a [redacted] [redacted]',
      'a[redacted]b',
    ]);
  });

  it('the well-known ones know keys', () => {
    const { redact } = createRedactor({ patterns: [...wellKnownSecrets] });
    const keys = [
      'AKIAIOSFODNN7EXAMPLE',
      `ghp_${'a1'.repeat(18)}`,
      `sk-ant-${'x'.repeat(30)}`,
      `AIza${'B'.repeat(35)}`,
      'eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl',
    ];
    for (const key of keys) expect(redact(`token: "${key}"`)).toBe('token: "[redacted]"');
    expect(redact('Authorization: Bearer abcdef0123456789abcdef')).toBe('Authorization: Bearer [redacted]');
    expect(redact('a task-list, risk-free; sk-short; sha 0123456789abcdef0123456789abcdef01234567')).toBe(
      'a task-list, risk-free; sk-short; sha 0123456789abcdef0123456789abcdef01234567',
    );
  });
});

describe('streams', () => {
  it('chunks, put together, are what the whole is', () => {
    fc.assert(
      fc.property(letters, values, cuts, (text, secret, places) => {
        const redactor = createRedactor({ values: secret });
        expect(inChunks(redactor, text, places)).toBe(redactor.redact(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('with patterns, too', () => {
    fc.assert(
      fc.property(letters, values, cuts, (text, secret, places) => {
        const redactor = createRedactor({ values: secret, patterns: [/ab+/, /(?<=b )a/, /^a|b$/] });
        expect(inChunks(redactor, text, places)).toBe(redactor.redact(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('no value is left whole', () => {
    const unambiguous = fc.array(fc.string({ unit: fc.constantFrom('x', 'y'), minLength: 3, maxLength: 5 }), {
      minLength: 1,
      maxLength: 3,
    });
    const text = fc.string({ unit: fc.constantFrom('x', 'y'), maxLength: 60 });
    fc.assert(
      fc.property(text, unambiguous, cuts, (output, secret, places) => {
        const shown = inChunks(createRedactor({ values: secret }), output, places);
        for (const value of secret) expect(shown).not.toContain(value);
      }),
    );
  });

  it('only what may become a value is held back', () => {
    const stream = createRedactor({ values: ['secret'] }).stream();
    expect([stream.push('hello sec'), stream.push('ond, se'), stream.push('cret!'), stream.end()]).toEqual([
      'hello ',
      'second, ',
      '[redacted]!',
      '',
    ]);
  });

  it('with patterns, a line is held back until it ends; a carriage return ends it, too', () => {
    const stream = createRedactor({ patterns: [/k\d+/] }).stream();
    expect([stream.push('10%\r20'), stream.push('% k1'), stream.push('23\nnext'), stream.end()]).toEqual([
      '10%\r',
      '',
      '20% [redacted]\n',
      'next',
    ]);
  });

  it('a line without end is let go in pieces, never through a secret', () => {
    const redactor = createRedactor({ patterns: [/<[a-z]{1000}>/] });
    const stream = redactor.stream();
    const piece = `<${'a'.repeat(1000)}>..`;
    const text = piece.repeat(2_500);
    let shown = '';
    let shownBeforeEnd = 0;
    for (let from = 0; from < text.length; from += 10_007)
      shown += stream.push(text.slice(from, from + 10_007));
    shownBeforeEnd = shown.length;
    shown += stream.end();
    expect(shown).toBe('[redacted]..'.repeat(2_500));
    expect(shownBeforeEnd).toBeGreaterThan(0);
  });
});

describe('torn pieces', () => {
  const { redactPiece } = createRedactor({ values: ['very-secret-value'] });

  it('the beginning of a value at the end goes, its end at the start, too', () => {
    expect(redactPiece('key: very-sec', { end: true })).toBe('key: [redacted]');
    expect(redactPiece('ret-value and more', { start: true })).toBe('[redacted] and more');
    expect(redactPiece('a very-secret-value b', { start: true, end: true })).toBe('a [redacted] b');
  });

  it('an end that is none stays', () => {
    expect(redactPiece('key: very-sec', {})).toBe('key: very-sec');
    expect(redactPiece('that is v', { end: true })).toBe('that is v');
  });

  it('with patterns, a torn word goes', () => {
    const patterned = createRedactor({ patterns: [/tok_\w{8}/] });
    expect(patterned.redactPiece('a tok_1234', { end: true })).toBe('a [redacted]');
    expect(patterned.redactPiece('5678 a', { start: true })).toBe('[redacted] a');
  });
});

it('every text of a structure is redacted, but no name', () => {
  const { redactAll } = createRedactor({ values: ['s3cret'] });
  expect(redactAll({ a: ['s3cret', 1, null, true], s3cret: { b: 'x s3cret' }, c: undefined })).toEqual({
    a: ['[redacted]', 1, null, true],
    s3cret: { b: 'x [redacted]' },
    c: undefined,
  });
});

it('rules name variables, in as many environments as there are, and patterns', () => {
  const pattern = /x/;
  expect(
    resolveSecrets(['KEY', pattern, 'NONE'], { KEY: 'one', OTHER: 'no' }, { KEY: 'two' }, { KEY: undefined }),
  ).toEqual({ values: ['one', 'two'], patterns: [pattern] });
});
