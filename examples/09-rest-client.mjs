/** A REST client that logs in once: cookies, token and base address live in the session. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createSessionManager } from 'holdfast';

const items = Array.from({ length: 25 }, (_, index) => ({ id: index + 1, name: `item ${index + 1}` }));
let logins = 0;
const server = createServer((request, response) => {
  /** @type {(status: number, body: unknown, headers?: Record<string, string>) => void} */
  const answer = (status, body, headers = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname === '/login') {
    logins += 1;
    return answer(200, { ok: true }, { 'set-cookie': 'sid=secret; Path=/' });
  }
  if (request.headers.cookie !== 'sid=secret') return answer(401, { error: 'log in first' });
  const page = Number(url.searchParams.get('page') ?? 1);
  answer(200, { items: items.slice((page - 1) * 10, page * 10), next: page < 3 ? page + 1 : null });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' && address ? address.port : 0;

const manager = createSessionManager();
const session = manager.getOrCreateSession('rest', {
  language: 'python',
  env: { BASE_URL: `http://127.0.0.1:${port}` },
});

try {
  await session.exec(`
import json, os, urllib.request, urllib.error
from http.cookiejar import CookieJar

jar = CookieJar()
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar))

def get(path):
    with opener.open(os.environ['BASE_URL'] + path, timeout=5) as response:
        return json.load(response)
`);
  const early = await session.exec("get('/items')");
  assert.equal(early.error?.name, 'HTTPError');
  assert.equal(early.error?.message, 'HTTP Error 401: Unauthorized');
  console.log('without a login: 401, told as an error of the command');

  await session.exec("get('/login')");
  const cookies = await session.eval('[cookie.name for cookie in jar]');
  assert.equal(cookies.result?.text, "['sid']");
  console.log('logged in; the cookie stays in the session');

  await session.exec('found, page = [], 1');
  for (;;) {
    await session.exec(
      "answer = get(f'/items?page={page}'); found += answer['items']; page = answer['next']",
    );
    if ((await session.eval('page is None')).result?.text === 'True') break;
  }
  assert.equal((await session.eval("len(found), found[-1]['name']")).result?.text, "(25, 'item 25')");
  assert.equal(logins, 1);
  console.log('fetched 25 items in three pages with one login');
} finally {
  await manager[Symbol.asyncDispose]();
  server.close();
}
