/** One session, three languages: exports and the working directory follow the user around. */
import type { Scenario } from './scenario.ts';

export const polyglot: Scenario = {
  name: 'polyglot',
  language: 'bash',
  proves: 'exports and cd in bash reached Python and Node, and came back',
  steps: [
    { code: 'export RELEASE=1.4.2 && mkdir artefacts && cd artefacts' },
    {
      language: 'python',
      code: `import os\nos.environ['RELEASE'], os.path.basename(os.getcwd())`,
      expect: { result: `('1.4.2', 'artefacts')` },
    },
    {
      language: 'python',
      code: `parts = [int(part) for part in os.environ['RELEASE'].split('.')]
parts[1] += 1
os.environ['RELEASE'] = '.'.join(map(str, parts))`,
    },
    { language: 'node', code: 'process.env.RELEASE', expect: { result: `'1.5.2'` } },
    {
      language: 'node',
      code: `const version = { version: process.env.RELEASE };
require('node:fs').writeFileSync('version.json', JSON.stringify(version));
process.chdir('..');`,
    },
    {
      code: `echo "$RELEASE in \${PWD##*/}: $(<artefacts/version.json)"`,
      expect: { stdout: '1.5.2 in polyglot: {"version":"1.5.2"}\n' },
    },
    {
      language: 'python',
      code: 'parts, os.path.basename(os.getcwd())',
      expect: { result: `([1, 5, 2], 'polyglot')` },
    },
    { language: 'node', code: 'version', expect: { result: `{ version: '1.5.2' }` } },
  ],
};
