/** Terminal frames as one SVG that plays them: text with ANSI colours in, selectable text out. */

const cell = { width: 8, height: 17 };
const fontSize = 13.3;
const margin = 16;
const barHeight = 34;
const colours = { screen: '#0d1117', bar: '#161b22', text: '#e6edf3', title: '#8b949e' };

/**
 * @typedef {object} Recording
 * @property {{ lines: string[], ms: number }[]} frames
 * @property {number} columns
 * @property {number} rows
 * @property {string} title
 * @property {string} description for those who do not see it
 * @property {number} poster the frame that is shown where nothing moves
 */

/** @param {Recording} recording */
export function drawSvg({ frames, columns, rows, title, description, poster }) {
  const width = columns * cell.width + 2 * margin;
  const height = rows * cell.height + barHeight + 2 * margin;
  const total = frames.reduce((sum, { ms }) => sum + ms, 0);
  const starts = frames.map((_, index) => frames.slice(0, index).reduce((sum, { ms }) => sum + ms, 0));
  const spells = Array.from({ length: rows }, (_, row) => findSpells(frames, row)).flat();
  const inks = new Set(spells.flatMap(({ line }) => parseAnsi(line).flatMap(({ colour }) => colour ?? [])));
  const animations = new Map(spells.map((spell) => [nameOf(spell), spell]));
  const percent = (/** @type {number} */ frame) =>
    Math.round(((frame < frames.length ? (starts[frame] ?? 0) : total) / total) * 1e4) / 100;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(description)}">
<style>
text{font:${fontSize}px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace;fill:${colours.text};white-space:pre}
.b{font-weight:700}
${[...inks].map((ink) => `.${colourClass(ink)}{fill:${ink}}`).join('\n')}
.h{visibility:hidden}
@media (prefers-reduced-motion:no-preference){
.f{animation:${total / 1_000}s step-end infinite}
${[...animations].map(([name, spell]) => keyframes(name, percent(spell.from), percent(spell.to))).join('\n')}
}
</style>
<rect width="${width}" height="${height}" rx="10" fill="${colours.screen}"/>
<path d="M0 ${barHeight}V10a10 10 0 0 1 10-10H${width - 10}a10 10 0 0 1 10 10V${barHeight}z" fill="${colours.bar}"/>
${[0, 1, 2].map((dot) => `<circle cx="${20 + dot * 20}" cy="17" r="6" fill="#30363d"/>`).join('')}
<text x="${width / 2}" y="22" text-anchor="middle" style="fill:${colours.title}">${escapeXml(title)}</text>
${spells.map((spell) => drawSpell(spell, frames.length, poster)).join('\n')}
</svg>
`;
}

/**
 * A row's text for as long as it stayed the same: from one frame up to another.
 *
 * @typedef {{ row: number, line: string, from: number, to: number }} Spell
 */

/**
 * @param {{ lines: string[] }[]} frames
 * @param {number} row
 */
function findSpells(frames, row) {
  /** @type {Spell[]} */
  const spells = [];
  for (const [index, { lines }] of frames.entries()) {
    const line = lines[row] ?? '';
    const last = spells.at(-1);
    if (last?.line === line) last.to = index + 1;
    else spells.push({ row, line, from: index, to: index + 1 });
  }
  return spells.filter(({ line }) => line.trim() !== '');
}

/** @param {Spell} spell */
const nameOf = ({ from, to }) => `s${from}-${to}`;

/**
 * @param {string} name
 * @param {number} from in percent
 * @param {number} to
 */
function keyframes(name, from, to) {
  const before = from > 0 ? '0%{visibility:hidden}' : '';
  const after = to < 100 ? `${to}%,100%{visibility:hidden}` : '';
  return `@keyframes ${name}{${before}${from}%{visibility:visible}${after}}.${name}{animation-name:${name}}`;
}

/**
 * @param {Spell} spell
 * @param {number} frameCount
 * @param {number} poster
 */
function drawSpell(spell, frameCount, poster) {
  const { row, line, from, to } = spell;
  const y = barHeight + margin + row * cell.height + 13;
  const isAlways = from === 0 && to === frameCount;
  const shown = from <= poster && poster < to ? '' : ' h';
  const names = isAlways ? '' : ` class="f ${nameOf(spell)}${shown}"`;
  return `<text y="${y}"${names}>${parseAnsi(line).map(drawRun).join('')}</text>`;
}

/**
 * Text of one look, and the column it starts in.
 *
 * @typedef {{ text: string, column: number, colour: string | undefined, bold: boolean }} Run
 */

/** @param {string} line */
function parseAnsi(line) {
  /** @type {Run[]} */
  const runs = [];
  let colour;
  let bold = false;
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  for (const [, codes, text] of line.matchAll(/\u001b\[([\d;]*)m|([^\u001b]+)/g)) {
    if (text !== undefined) {
      // Spaces in a row are collapsed by some; each group of words gets its own place instead.
      for (const group of text.split(/(?<=\S)(?= {2})|(?<= )(?=\S)(?<= {2})/)) {
        if (group.trim() !== '') runs.push({ text: group, column, colour, bold });
        column += [...group].length;
      }
      continue;
    }
    const [code = 0, , red, green, blue] = (codes ?? '').split(';').map(Number);
    if (code === 1) bold = true;
    else if (code === 22) bold = false;
    else if (code === 38) colour = `#${[red, green, blue].map(toHex).join('')}`;
    else if (code === 39) colour = undefined;
  }
  return runs;
}

const toHex = (/** @type {number | undefined} */ part = 0) => part.toString(16).padStart(2, '0');

/** @param {Run} run */
function drawRun({ text, column, colour, bold }) {
  const body = text.trimEnd();
  const lead = body.length - body.trimStart().length;
  const shown = body.slice(lead);
  const x = margin + (column + lead) * cell.width;
  // Lines have to meet whatever the font; words may be a hair narrower.
  const length = /\P{ASCII}{2}/u.test(shown) ? ` textLength="${[...shown].length * cell.width}"` : '';
  const classes = [...(bold ? ['b'] : []), ...(colour ? [colourClass(colour)] : [])].join(' ');
  return `<tspan x="${x}"${length}${classes ? ` class="${classes}"` : ''}>${escapeXml(shown)}</tspan>`;
}

/** @param {string} colour */
function colourClass(colour) {
  return colour.replace('#', 'c');
}

/** @param {string} text */
function escapeXml(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
