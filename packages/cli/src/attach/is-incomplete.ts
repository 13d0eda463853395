/** Whether what was typed so far waits for more: an open quote, a block that is not closed. Each language is asked itself. */
import { spawn } from 'node:child_process';
import { Script } from 'node:vm';
import type { Language } from '@holdfast/protocol';

export const isIncomplete = async (text: string, language: Language): Promise<boolean> => {
  if (language === 'node') return isOpenScript(text);
  if (language === 'python')
    return (mayBeOpenPython(text) && (await ask('python3', ['-ISc', askPython], text))) === 'more';
  return isOpenShell(text);
};

const isOpenShell = async (text: string): Promise<boolean> => {
  // Nothing in it that could be open: no need to ask.
  if (
    /^[\w\s./=:,@%+-]*$/.test(text) &&
    !/\b(?:if|for|while|until|case|select|function|do|then)\b/.test(text)
  )
    return false;
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text)) return true;
  const said = await ask('bash', ['--norc', '-n'], text, 'stderr');
  return /unexpected end of file|unexpected EOF|here-document at line \d+ delimited by end-of-file/.test(
    said,
  );
};

const mayBeOpenPython = (text: string): boolean => /[:([{\\]|'''|"""|^@/m.test(text);

const askPython = `
import codeop, sys
try:
    print('more' if codeop.compile_command(sys.stdin.read()) is None else 'whole')
except Exception:
    print('whole')
`.trim();

const isOpenScript = (text: string): boolean => {
  const complaint = complaintAbout(text);
  if (/Unexpected end of input|Unterminated template/.test(complaint)) return true;
  // That is said of a call that goes on as well as of one that is wrong: with its end it is whole, or is not.
  return complaint.includes('missing )') && /^$|end of input/.test(complaintAbout(`${text}\n)`));
};

/** Empty if there is none. */
const complaintAbout = (text: string): string => {
  try {
    // A script may not wait at its top, a command may.
    new Script(text.replaceAll(/\bawait\b/g, 'void'));
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

/** A program that is not there knows nothing: what was typed is taken as it is. */
const ask = (
  file: string,
  args: string[],
  input: string,
  stream: 'stdout' | 'stderr' = 'stdout',
): Promise<string> =>
  new Promise((resolve) => {
    const child = spawn(file, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
    let said = '';
    child[stream].setEncoding('utf8').on('data', (piece: string) => {
      said += piece;
    });
    child.stdin.on('error', () => undefined);
    child.on('error', () => resolve(''));
    child.on('close', () => resolve(said.trim()));
    child.stdin.end(input);
  });
