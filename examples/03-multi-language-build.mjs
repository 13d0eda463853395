/** A build in three languages: bash prepares, Node builds, Python checks, all in one session. */
import assert from 'node:assert/strict';
import { createSessionManager } from 'holdfast';
import { makeTempFolder } from './lib/temp-folder.mjs';

const manager = createSessionManager();
const session = manager.getOrCreateSession('multi-language-build', { cwd: makeTempFolder('build') });

try {
  await session.exec(`
mkdir -p site/src site/dist && cd site
export VERSION=1.4.0
for page in home about; do
  printf '<h1>%s</h1>\n<!-- a note for editors -->\n<p>Version {{version}}</p>\n' "$page" > "src/$page.html"
done
`);
  console.log('bash: made the sources, exported VERSION, moved into the project');

  // Directory and exported environment follow from language to language.
  const build = await session.exec(
    `
const { readdirSync, readFileSync, writeFileSync } = await import('node:fs');
const render = (text) => text.replace(/<!--.*?-->\\n/g, '').replaceAll('{{version}}', process.env.VERSION);
const pages = readdirSync('src').sort();
for (const page of pages) writeFileSync('dist/' + page, render(readFileSync('src/' + page, 'utf8')));
process.env.PAGES = String(pages.length);
console.log('built ' + pages.join(', '));
`,
    { language: 'node' },
  );
  assert.equal(build.stdout, 'built about.html, home.html\n', build.stderr);
  console.log(`node: ${build.stdout.trim()}`);

  const check = await session.exec(
    `
import hashlib, json, os, pathlib
assert os.environ['PAGES'] == '2'
manifest = {}
for path in sorted(pathlib.Path('dist').glob('*.html')):
    text = path.read_text()
    assert '{{' not in text and '<!--' not in text, path
    manifest[path.name] = hashlib.sha256(text.encode()).hexdigest()
pathlib.Path('dist/manifest.json').write_text(json.dumps(manifest))
print(len(manifest))
`,
    { language: 'python' },
  );
  assert.equal(check.stdout, '2\n', check.stderr);
  console.log('python: checked 2 pages and wrote a manifest');

  // Each language still has what it had.
  const again = await session.exec('render("v{{version}}")', { language: 'node' });
  assert.equal(again.result?.text, "'v1.4.0'");
  const sum = await session.exec('sha256sum dist/home.html | cut -d" " -f1');
  const known = await session.eval("manifest['home.html']");
  assert.equal(known.result?.text, `'${sum.stdout.trim()}'`);
  console.log('bash and python agree on the checksum');
} finally {
  await manager[Symbol.asyncDispose]();
}
