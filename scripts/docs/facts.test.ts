/** What pages claim about the code: names in tables, paths, links. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { root } from '../lib/paths.mjs';
import { type Page, readPages } from './pages.ts';

const pages = readPages();

describe('tables name all that there is, and nothing else', () => {
  const api = 'packages/protocol/src/api.ts';
  const managers = 'packages/core/src/host/session-manager.ts';

  test.each([
    ['session option', () => membersOf(api, 'SessionConfig')],
    ['command option', () => membersOf(api, 'ExecOptions')],
    ['manager option', () => membersOf(managers, 'SessionManagerOptions')],
    ['error code', () => membersOf('packages/protocol/src/errors.ts', 'errorClasses')],
  ])('%s', (title, names) => {
    expect(firstColumn('README.md', title).sort()).toEqual(names().sort());
  });

  test('script', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const rows = rowsOf('CONTRIBUTING.md', 'script').join('\n');
    const named = [...rows.matchAll(/`npm (?:run )?([a-z:-]+)/g)].map(([, name]) => name);
    expect([...new Set(named)].sort()).toEqual(Object.keys(scripts).sort());
  });
});

describe.each(pages.map(({ path, text }): [string, string] => [path, text]))('%s', (path, text) => {
  test('links lead somewhere', () => {
    const links = [...prose(text).matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, target]) => target ?? '');
    expect(links.filter((target) => !leadsSomewhere(path, text, target))).toEqual([]);
  });

  test('files it names are there', () => {
    const named = [...prose(text).matchAll(/`((?:packages|apps|bench|docs|examples|scripts)\/[\w./-]*)`/g)];
    expect(named.map(([, file]) => file ?? '').filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});

function leadsSomewhere(from: string, text: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const page = file === '' ? from : join(dirname(from), file);
  if (!existsSync(join(root, page))) return false;
  if (anchor === undefined) return true;
  const there = file === '' ? text : readFileSync(join(root, page), 'utf8');
  return headings(there).includes(anchor);
}

/** Anchors as GitHub makes them. */
function headings(text: string): string[] {
  return [...prose(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** The page without its code blocks. */
function prose(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '');
}

/** Rows of the table whose first heading is `title`. */
function rowsOf(path: string, title: string): string[] {
  const lines = pages.find((page: Page) => page.path === path)?.text.split('\n') ?? [];
  const start = lines.findIndex((line) => line.startsWith(`| ${title} |`));
  expect(start, `${path} has a table "${title}"`).toBeGreaterThan(-1);
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines.slice(start + 2, start + length);
}

function firstColumn(path: string, title: string): string[] {
  return rowsOf(path, title).map((row) => /^\| `(\w+)`/.exec(row)?.[1] ?? row);
}

/** Names of an interface's own members, or of the properties of a constant. */
function membersOf(path: string, name: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest);
  const names: string[] = [];
  const addAll = (members: readonly { name?: ts.Node | undefined }[]): void => {
    for (const member of members) if (member.name) names.push(member.name.getText(source));
  };
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node) && node.name.text === name) addAll(node.members);
    if (ts.isVariableDeclaration(node) && node.name.getText(source) === name) {
      const value =
        node.initializer && ts.isAsExpression(node.initializer) ? node.initializer.expression : undefined;
      if (value && ts.isObjectLiteralExpression(value)) addAll(value.properties);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}
