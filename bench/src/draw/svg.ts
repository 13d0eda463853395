/** Pieces of SVG whose colours follow the reader's light or dark page. */

/** Readable on white and on GitHub's dark grey alike: text takes the page's side, bars are of middle brightness. */
const style = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 14px; }
  .faint { fill: #59636e; font-size: 11px; }
  .line { stroke: #8b949e; stroke-width: 1; opacity: .35; }
  .floor { fill: #8b949e; } .holdfast { fill: #2f81f7; } .peer { fill: #d2803a; } .reference { fill: #6e9c8f; }
  .step0 { fill: #8b949e; } .step1 { fill: #6e9c8f; } .step2 { fill: #3f9c6e; }
  .step3 { fill: #2f81f7; } .step4 { fill: #a371f7; } .step5 { fill: #d2803a; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .faint { fill: #9198a1; } }
`;

export const svg = (width: number, height: number, title: string, body: string[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escapeXml(title)}</title>
<style>${style}</style>
${body.join('\n')}
</svg>
`;

export interface TextOptions {
  kind?: 'title' | 'faint';
  anchor?: 'end';
}

export const text = (x: number, y: number, content: string, { kind, anchor }: TextOptions = {}): string =>
  `<text x="${round(x)}" y="${round(y)}"${kind ? ` class="${kind}"` : ''}${
    anchor ? ` text-anchor="${anchor}"` : ''
  }>${escapeXml(content)}</text>`;

export const bar = (x: number, y: number, width: number, height: number, kind: string): string =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(Math.max(width, 1))}" height="${height}" rx="2" class="${kind}"/>`;

const round = (value: number): string => String(Math.round(value * 10) / 10);

const escapeXml = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
