/** Python makes a CSV file, loads, groups and reports it: one cell at a time, nothing loaded twice. */
import type { Scenario } from './scenario.ts';

const rowCount = 6_000;
const cities = ['Cairo', 'Oslo', 'Rome'] as const;

/** The same figures as in Python, by the host's own arithmetic. */
const amountOf = (row: number): number => 20 + ((row * row) % 97);
const totals = cities.map((city, offset) => {
  let total = 0;
  for (let row = offset; row < rowCount; row += cities.length) total += amountOf(row);
  return { city, total };
});
const best = totals.reduce((one, other) => (other.total > one.total ? other : one));
const mean = totals.reduce((sum, { total }) => sum + total, 0) / rowCount;

export const dataPipeline: Scenario = {
  name: 'pipeline',
  language: 'python',
  proves: `imports, ${rowCount} loaded rows and a function stayed in memory from cell to cell`,
  steps: [
    { code: 'import csv\nimport statistics\nfrom collections import Counter\nfrom pathlib import Path' },
    {
      code: `cities = ${JSON.stringify(cities)}
with open('sales.csv', 'w', newline='') as file:
    writer = csv.writer(file)
    writer.writerow(['city', 'amount'])
    writer.writerows([cities[row % 3], 20 + row * row % 97] for row in range(${rowCount}))`,
    },
    {
      code: `with open('sales.csv', newline='') as file:
    sales = [(row['city'], int(row['amount'])) for row in csv.DictReader(file)]
len(sales)`,
      expect: { result: `${rowCount}` },
    },
    {
      code: `def total_by_city(rows):
    totals = Counter()
    for city, amount in rows:
        totals[city] += amount
    return dict(sorted(totals.items()))`,
    },
    {
      code: 'by_city = total_by_city(sales)\nby_city',
      expect: { result: `{${totals.map(({ city, total }) => `'${city}': ${total}`).join(', ')}}` },
    },
    {
      code: `mean = statistics.fmean(amount for _, amount in sales)\nprint(f'mean {mean:.3f}')`,
      expect: { stdout: `mean ${mean.toFixed(3)}\n` },
    },
    {
      code: `best = max(by_city, key=by_city.get)
Path('report.txt').write_text(f'{best} leads with {by_city[best]}\\n')
print(Path('report.txt').read_text(), end='')`,
      expect: { stdout: `${best.city} leads with ${best.total}\n` },
    },
    {
      code: '[len(sales), best, sum(by_city.values()) / len(sales) == mean]',
      expect: { result: `[${rowCount}, '${best.city}', True]` },
    },
  ],
};
