// Holds the last line of `make real-data` against the published figures of the "CRM Sales Opportunities" file and its known flaws.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const got = JSON.parse(readFileSync(0, 'utf8').trim().split('\n').at(-1));
const { import_issues: issues, ...figures } = got;
assert.deepEqual(figures, {
  opportunities: 8800, won: 4238, lost: 2473, win_rate: 63.15, won_value: 10005534, mean_cycle_days: 51.78, median_cycle_days: 57,
  by_region: { West: 3568647, Central: 3346293, East: 3090594 },
  top_agent: { name: 'Darcel Schlecht', won_value: 1153214 },
  agents_with_opportunities: 30,
});
const flaws = [
  ['sales_pipeline', 'value_replaced', 'product', 1480, 'GTXPro is the product GTX Pro'],
  ['sales_pipeline', 'empty_cell', 'account', 1425, 'rows without an account'],
  ['sales_pipeline', 'empty_cell', 'engage_date', 500, 'rows without an engage date'],
  ['sales_pipeline', 'empty_cell', 'close_date', 2089, 'open rows without a close date'],
  ['sales_pipeline', 'empty_cell', 'close_value', 2089, 'open rows without a value'],
  ['sales_pipeline', 'date_format', 'engage_date', 8300, 'engage dates as dd-mm-yy'],
  ['sales_pipeline', 'date_format', 'close_date', 6711, 'close dates as dd-mm-yy'],
  ['accounts', 'value_replaced', 'sector', 12, 'technolgy is technology'],
  ['accounts', 'empty_cell', 'subsidiary_of', 70, 'accounts without a parent'],
  ['sales_teams', 'agent_without_opportunities', 'sales_agent', 5, 'agents who never appear in the pipeline'],
];
const found = flaws.map(([file, code, column, count, what]) => {
  const issue = issues.find(i => i.file === `crm_${file}.csv` && i.code === code && i.column === column);
  assert.equal(issue?.count, count, `${what}: ${issue ? 'counted otherwise' : 'not reported'}`);
  assert.equal(issue.rejected, false, `${what}: rows were left out for it`);
  return issue;
});
for (const issue of found.filter(i => i.code === 'date_format')) assert.equal(issue.detail, 'dmy', issue.column);
assert.deepEqual(found.at(-1).examples.toSorted(), ['Carl Lin', 'Carol Thompson', 'Elizabeth Anderson', 'Mei-Mei Johns', 'Natalya Ivanova']);
console.log(`real data: ${figures.opportunities} opportunities, every published figure reproduced, ${flaws.length} known flaws reported`);
