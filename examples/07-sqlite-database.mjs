/** A database connection, a transaction and a cursor that live across calls. */
import assert from 'node:assert/strict';
import { createSessionManager } from 'holdfast';
import { makeTempFolder } from './lib/temp-folder.mjs';

const manager = createSessionManager();
const session = manager.getOrCreateSession('sqlite', { language: 'python', cwd: makeTempFolder('sqlite') });

try {
  await session.exec(`
import sqlite3
db = sqlite3.connect('accounts.db', isolation_level=None)
db.execute('create table account (name text primary key, balance integer not null check (balance >= 0))')
db.executemany('insert into account values (?, ?)', [('ada', 100), ('bob', 20)])

def transfer(source, target, amount):
    db.execute('update account set balance = balance + ? where name = ?', (amount, target))
    db.execute('update account set balance = balance - ? where name = ?', (amount, source))

def balances():
    return dict(db.execute('select name, balance from account order by name'))
`);
  console.log('opened a database; the connection stays open');

  // A transaction that is begun in one call and ended in another.
  await session.exec("db.execute('begin')");
  await session.exec("transfer('ada', 'bob', 30)");
  assert.equal((await session.eval('db.in_transaction')).result?.text, 'True');
  await session.exec("db.execute('commit')");
  assert.equal((await session.eval('balances()')).result?.text, "{'ada': 70, 'bob': 50}");
  console.log('a transaction went over three calls');

  await session.exec("db.execute('begin')");
  const refused = await session.exec("transfer('bob', 'ada', 500)");
  assert.equal(refused.error?.name, 'IntegrityError');
  assert.equal(refused.error?.message, 'CHECK constraint failed: balance >= 0');
  assert.equal((await session.eval('balances()')).result?.text, "{'ada': 570, 'bob': 50}");
  await session.exec("db.execute('rollback')");
  assert.equal((await session.eval('balances()')).result?.text, "{'ada': 70, 'bob': 50}");
  console.log('a refused transfer was looked at, and rolled back');

  await session.exec(`
db.executemany('insert into account values (?, ?)', [(f'user{n:03}', n) for n in range(250)])
cursor = db.execute("select name from account where name like 'user%' order by name")
`);
  const pages = [];
  for (;;) {
    const { result } = await session.eval('len(page := cursor.fetchmany(100))');
    const count = Number(result?.text);
    if (count === 0) break;
    pages.push(count);
  }
  assert.deepEqual(pages, [100, 100, 50]);
  console.log('read 250 rows page by page from one cursor');

  // The file is there for other languages too: the working directory follows.
  const size = await session.exec('test -s accounts.db && echo "$(basename accounts.db) is here"', {
    language: 'bash',
  });
  assert.equal(size.stdout, 'accounts.db is here\n');
} finally {
  await manager[Symbol.asyncDispose]();
}
