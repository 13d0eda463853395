/** The buffer of a command's output, with readers who come, lag and leave. */
import { expect, it } from 'vitest';
import { createOutputJournal, type JournalReading, type OutputJournal } from './output-journal.ts';
import { createCharacterCutter } from './whole-characters.ts';

const never = new AbortController().signal;
const piece = (text: string, kind: 'output' | 'late-output' = 'output') => ({
  kind,
  stream: 'stdout' as const,
  data: Buffer.from(text),
});
const show = (reading: JournalReading): string =>
  reading.kind === 'gap' ? `gap ${reading.omittedBytes}` : `${Buffer.from(reading.data)} ${reading.end}`;
const readAll = async (journal: OutputJournal, from = 0): Promise<string[]> => {
  const seen: string[] = [];
  for await (const reading of journal.read(from, never)) seen.push(show(reading));
  return seen;
};

it('gives every reader all that comes after his position', async () => {
  const journal = createOutputJournal(100);
  await journal.append(piece('abc'));
  const live = readAll(journal);
  await journal.append(piece('def'));
  journal.finish();
  expect(await live).toEqual(['abc 3', 'def 6']);
  expect(await readAll(journal, 3)).toEqual(['def 6']);
  expect(await readAll(journal, 4)).toEqual(['ef 6']);
  expect(await readAll(journal, 6)).toEqual([]);
  expect(await readAll(journal, 1_000)).toEqual([]);
});

it('without a reader lets go of the oldest, and says how much', async () => {
  const journal = createOutputJournal(5);
  for (const text of ['abc', 'def', 'ghi']) await journal.append(piece(text));
  journal.finish();
  expect(await readAll(journal)).toEqual(['gap 6', 'ghi 9']);
  expect(await readAll(journal, 2)).toEqual(['gap 4', 'ghi 9']);
});

it('with a reader behind makes the writer wait, until he reads or leaves', async () => {
  const journal = createOutputJournal(5);
  const reader = journal.read(0, never);
  await journal.append(piece('abc'));
  await reader.next();
  let written = 0;
  const writing = (async () => {
    for (const text of ['def', 'ghi', 'jkl']) {
      await journal.append(piece(text));
      written += 1;
    }
  })();
  await new Promise(setImmediate);
  // `abc` is being read and stays, so `def` is in, and its writer is not let go.
  expect(written).toBe(0);
  expect(show((await reader.next()).value as JournalReading)).toBe('def 6');
  await new Promise(setImmediate);
  expect(written).toBe(1);
  await reader.return(undefined);
  await writing;
  expect(written).toBe(3);
});

it('does not make late output wait', async () => {
  const journal = createOutputJournal(5);
  const reader = journal.read(0, never);
  await journal.append(piece('abc'));
  await reader.next();
  journal.finish();
  for (const text of ['late1', 'late2']) await journal.append(piece(text, 'late-output'));
  expect(show((await reader.next()).value as JournalReading)).toBe('gap 5');
});

it('cuts between characters, and gives what never became one at the end', () => {
  const cutter = createCharacterCutter();
  const bytes = Buffer.from('aé€😀');
  const seen = [...bytes].map((byte) => Buffer.from(cutter.push(Uint8Array.of(byte))).toString());
  expect(seen.filter((text) => text !== '')).toEqual(['a', 'é', '€', '😀']);
  expect([...cutter.push(Uint8Array.of(0xff, 0x80, 0xf0, 0x9f))]).toEqual([0xff, 0x80]);
  expect([...cutter.end()]).toEqual([0xf0, 0x9f]);
  expect([...cutter.end()]).toEqual([]);
});
