// Holds the last line of `make real-data` against the published figures of the "CRM Sales Opportunities" file.
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
const found = (file, code, column, count) => issues.some(i => i.file === `crm_${file}.csv` && i.code === code && i.column === column && i.count === count);
assert.ok(found('sales_pipeline', 'value_replaced', 'product', 1480), 'GTXPro is not reported');
assert.ok(found('sales_pipeline', 'empty_cell', 'account', 1425), 'rows without an account are not reported');
assert.ok(found('sales_pipeline', 'empty_cell', 'engage_date', 500), 'rows without an engage date are not reported');
assert.ok(found('sales_pipeline', 'empty_cell', 'close_value', 2089), 'open rows without a value are not reported');
assert.ok(found('accounts', 'value_replaced', 'sector', 12), 'technolgy is not reported');
console.log(`real data: ${figures.opportunities} opportunities, every published figure reproduced, every known flaw reported`);
