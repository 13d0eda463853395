/** A data pipeline in Python: load once, then look, clean and sum up, one step a call. */
import assert from 'node:assert/strict';
import { createSessionManager } from 'holdfast';
import { makeTempFolder } from './lib/temp-folder.mjs';

const manager = createSessionManager();
const session = manager.getOrCreateSession('data-science', {
  language: 'python',
  cwd: makeTempFolder('data'),
});

try {
  await session.exec(`
import csv, random, statistics
from collections import defaultdict

random.seed(7)
with open('sales.csv', 'w', newline='') as file:
    writer = csv.writer(file)
    writer.writerow(['region', 'units', 'price'])
    for number in range(1000):
        units = '' if number % 50 == 0 else random.randint(1, 20)
        writer.writerow([random.choice(['north', 'south', 'east']), units, round(random.uniform(1, 9), 2)])
`);

  await session.exec(`
with open('sales.csv', newline='') as file:
    rows = list(csv.DictReader(file))
`);
  const loaded = await session.eval('len(rows)');
  assert.equal(loaded.result?.text, '1000');
  console.log('loaded 1000 rows, once');

  const missing = await session.eval("sum(row['units'] == '' for row in rows)");
  assert.equal(missing.result?.text, '20');
  console.log('found 20 rows without units');

  // A mistake costs one call, not the data.
  const mistake = await session.exec("total = sum(int(row['units']) for row in rows)");
  assert.equal(mistake.success, false);
  assert.equal(mistake.error?.name, 'ValueError');
  assert.match(mistake.stderr, /invalid literal for int\(\) with base 10: ''/);
  console.log('made a mistake; the rows are still there');

  await session.exec(`
clean = [(row['region'], int(row['units']), float(row['price'])) for row in rows if row['units']]

def revenue_by_region(sales):
    totals = defaultdict(float)
    for region, units, price in sales:
        totals[region] += units * price
    return dict(sorted(totals.items()))
`);
  const regions = await session.eval('list(revenue_by_region(clean))');
  assert.equal(regions.result?.text, "['east', 'north', 'south']");
  const check = await session.eval(
    'abs(sum(revenue_by_region(clean).values()) - sum(u * p for _, u, p in clean)) < 1e-6, len(clean)',
  );
  assert.equal(check.result?.text, '(True, 980)');
  console.log('cleaned and summed up by region');

  const { imports, functions, variables } = await session.state();
  assert.equal(imports.statistics, 'statistics');
  assert.ok(functions.includes('revenue_by_region'));
  assert.equal(variables.find(({ name }) => name === 'rows')?.type, 'list');
  console.log('the session tells what it holds: rows, clean, revenue_by_region');
} finally {
  await manager[Symbol.asyncDispose]();
}
