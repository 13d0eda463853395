/**
 * Reads the code blocks of a Markdown page and makes programs of them.
 *
 * A block that imports something begins a program; the blocks without imports that follow it on the
 * page go on with it. What a block prints is said in one of two ways, and nothing else is printed:
 * by a comment at the end of each line that logs (`console.log(x); // 42`), or by a `text` block
 * after the single word "prints".
 */

/** One fenced block. */
export interface CodeBlock {
  /** `js`, `ts`, `sh`, `text`, …; empty if it has none. */
  language: string;
  code: string;
  /** Of its first line of code, counted from 1. */
  line: number;
  /** The text between the block before and this one, trimmed. */
  lead: string;
}

/** A block of a program, with what it prints. */
export interface ProgramPart {
  line: number;
  code: string;
  prints: string;
}

export interface Program {
  isTypeScript: boolean;
  parts: ProgramPart[];
}

export const readCodeBlocks = (markdown: string): CodeBlock[] => {
  const blocks: CodeBlock[] = [];
  let open: { language: string; fence: string; line: number; lines: string[] } | undefined;
  let lead: string[] = [];
  for (const [index, text] of markdown.split('\n').entries()) {
    const fence = /^(`{3,})\s*(\S*)/.exec(text);
    if (open) {
      if (fence && fence[1] === open.fence && fence[2] === '') {
        const { language, line, lines } = open;
        blocks.push({ language, code: `${lines.join('\n')}\n`, line, lead: lead.join('\n').trim() });
        open = undefined;
        lead = [];
      } else {
        open.lines.push(text);
      }
    } else if (fence) {
      open = { language: fence[2] ?? '', fence: fence[1] ?? '', line: index + 2, lines: [] };
    } else {
      lead.push(text);
    }
  }
  if (open) throw new Error(`the block that begins in line ${open.line - 1} has no end`);
  return blocks;
};

export const toPrograms = (blocks: CodeBlock[]): Program[] => {
  const programs: Program[] = [];
  for (const [index, block] of blocks.entries()) {
    if (block.language !== 'js' && block.language !== 'ts') continue;
    const part = { line: block.line, code: block.code, prints: printed(block, blocks[index + 1]) };
    const current = programs.at(-1);
    const isTypeScript = block.language === 'ts';
    if (current && !/^import\b/m.test(block.code)) {
      if (current.isTypeScript !== isTypeScript)
        throw new Error(`line ${block.line}: js and ts in one program`);
      current.parts.push(part);
    } else {
      programs.push({ isTypeScript, parts: [part] });
    }
  }
  return programs;
};

const printed = ({ code }: CodeBlock, next: CodeBlock | undefined): string => {
  if (next?.language === 'text' && next.lead === 'prints') return next.code;
  const comments = [...code.matchAll(/console\.log\(.*\);? \/\/ (.*)$/gm)].map(([, comment]) => comment);
  return comments.map((comment) => `${comment}\n`).join('');
};
