/** A server that is started in one command, queried in the next ones, and ended by its job's pid. */
import type { Scenario } from './scenario.ts';

export const httpServer: Scenario = {
  name: 'server',
  language: 'bash',
  proves: 'a background job answered later commands; its log came as late output',
  steps: [
    {
      code: `cat >server.mjs <<'END'
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
let requests = 0;
const server = createServer(({ method, url }, response) => {
  requests += 1;
  console.log(\`\${method} \${url} was request \${requests}\`);
  response.end(\`hello \${url.slice(1)}, request \${requests}\\n\`);
});
server.listen(0, '127.0.0.1', () => writeFileSync('ready', \`\${server.address().port}\\n\`));
END
mkfifo ready`,
    },
    // Returns at once: nothing waits for a background job that holds stdout open.
    { code: 'node server.mjs & server=$!', expect: { stdout: '' } },
    { code: 'read -r port <ready; echo "port $port"', expect: { stdout: /^port [1-9]\d+\n$/ } },
    {
      code: `get() {
  {
    printf 'GET /%s HTTP/1.0\\r\\n\\r\\n' "$1" >&9
    sed '1,/^\\r$/d' <&9
  } 9<>"/dev/tcp/127.0.0.1/$port"
}`,
    },
    { code: 'get Ada', expect: { stdout: 'hello Ada, request 1\n' } },
    { code: 'get Grace', expect: { stdout: 'hello Grace, request 2\n' } },
    { code: 'jobs -r', expect: { stdout: /Running +node server\.mjs &\n$/ } },
    {
      code: 'kill "$server"; wait "$server"; echo "ended with $?"',
      expect: { stdout: 'ended with 143\n' },
    },
    // A command that fails is a result like any other.
    { code: 'get Edith', expect: { stdout: '', stderr: /Connection refused/, exitCode: 1 } },
  ],
};
