/** A training loop in Python, a batch of epochs per call; stopping one keeps the weights. */
import assert from 'node:assert/strict';
import { createSessionManager } from 'holdfast';

const manager = createSessionManager();
const session = manager.getOrCreateSession('training', { language: 'python' });

/** @param {string} expression */
const value = async (expression) => Number((await session.eval(expression)).result?.text);

try {
  await session.exec(`
import random
random.seed(1)
points = [(x, 3 * x + 2 + random.gauss(0, 0.05)) for x in (random.uniform(-1, 1) for _ in range(500))]
weight, bias, epoch = 0.0, 0.0, 0

def train(epochs, rate=0.1):
    global weight, bias, epoch
    for _ in range(epochs):
        for x, y in points:
            error = weight * x + bias - y
            weight -= rate * error * x
            bias -= rate * error
        epoch += 1
        print(f'epoch {epoch} loss {loss():.5f}', flush=True)

def loss():
    return sum((weight * x + bias - y) ** 2 for x, y in points) / len(points)
`);
  const before = await value('loss()');
  console.log('made data and a model');

  for (const batch of [1, 2, 3]) {
    const { stdout } = await session.exec('train(2)');
    assert.equal(stdout.split('\n').length - 1, 2);
    assert.equal(await value('epoch'), batch * 2);
  }
  const after = await value('loss()');
  assert.ok(after < before / 100, `${after} is not much less than ${before}`);
  console.log('trained three batches; the loss fell to less than a hundredth');

  // Watch the progress of a run that is much too long, and stop it when it has done enough.
  let epochsSeen = 0;
  const endless = session.exec('train(10**9)', { timeoutMs: 0 });
  for await (const { stream, data } of endless) {
    if (stream === 'stdout') epochsSeen += data.split('\n').length - 1;
    if (epochsSeen >= 5) break;
  }
  assert.equal(await endless.interrupt(), 'interrupted');
  const stopped = await endless;
  assert.equal(stopped.interrupted, true);
  assert.equal(stopped.interruption?.stateKept, true);
  assert.ok((await value('epoch')) >= 11);
  assert.ok(Math.abs((await value('weight')) - 3) < 0.1);
  console.log('stopped an endless run; the weights it had learnt are there');
} finally {
  await manager[Symbol.asyncDispose]();
}
