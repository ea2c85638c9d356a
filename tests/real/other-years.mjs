// Files of the same shape with other years, made here: `make real-data` must read whatever the years are, and must not stumble over a
// pipeline in which nothing was won yet.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const agents = [['Ada Quist', 'Nils Berg', 'North'], ['Bo Lind', 'Nils Berg', 'North'], ['Cleo Marsh', 'Rosa Vale', 'South'], ['Dov Stein', 'Rosa Vale', 'South']];
const won = [['Ada Quist', 'Gear One', 'Harbour Mill', 10, 900], ['Ada Quist', 'Gear Two', 'Old Forge', 20, 1100], ['Cleo Marsh', 'GearTwo', '', 30, 700]];
const lost = [['Cleo Marsh', 'Gear One', 'Harbour Mill', 15]];
const open = [['Ada Quist', 'Gear One', 'Old Forge', 'Engaging'], ['Cleo Marsh', 'Gear Two', '', 'Prospecting']];

const day = after => new Date(Date.UTC(2023, 10, 20 + after)).toISOString().replace(/^\d\d(\d\d)-(\d\d)-(\d\d).*/, '$3-$2-$1');
const table = rows => rows.map(r => r.join(',')).join('\n') + '\n';

function write(folder, closed) {
  const deals = closed ? [
    ...won.map(([agent, product, account, days, value]) => [agent, product, account, 'Won', day(0), day(days), value]),
    ...lost.map(([agent, product, account, days]) => [agent, product, account, 'Lost', day(0), day(days), 0]),
  ] : [];
  deals.push(...open.map(([agent, product, account, stage]) => [agent, product, account, stage, stage === 'Engaging' ? day(0) : '', '', '']));
  const files = {
    products: [['product', 'series', 'sales_price'], ['Gear One', 'Gear', 100], ['Gear Two', 'Gear', 250]],
    sales_teams: [['sales_agent', 'manager', 'regional_office'], ...agents],
    accounts: [['account', 'sector', 'year_established', 'revenue', 'employees', 'office_location', 'subsidiary_of'],
      ['Harbour Mill', 'retail', 1990, 12.5, 80, 'Norway', ''], ['Old Forge', 'retail', 2001, 40, 300, 'Norway', 'Harbour Mill']],
    sales_pipeline: [['opportunity_id', 'sales_agent', 'product', 'account', 'deal_stage', 'engage_date', 'close_date', 'close_value'],
      ...deals.map((deal, i) => [`N${i + 1}`, ...deal])],
  };
  for (const [name, rows] of Object.entries(files)) writeFileSync(join(folder, `crm_${name}.csv`), table(rows));
}

function figures(closed) {
  const folder = mkdtempSync(join(tmpdir(), 'flywheel-years.'));
  try {
    write(folder, closed);
    const script = fileURLToPath(new URL('../../scripts/real-data.sh', import.meta.url));
    return JSON.parse(execFileSync(script, [folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim().split('\n').at(-1));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const { import_issues: issues, ...all } = figures(true);
assert.deepEqual(all, {
  opportunities: 6, won: 3, lost: 1, win_rate: 75, won_value: 2700, mean_cycle_days: 20, median_cycle_days: 20,
  by_region: { North: 2000, South: 700 }, top_agent: { name: 'Ada Quist', won_value: 2000 }, agents_with_opportunities: 2,
});
const reported = (code, column) => issues.find(i => i.code === code && i.column === column)?.count;
assert.equal(reported('value_replaced', 'product'), 1);
assert.equal(reported('empty_cell', 'account'), 2);
assert.equal(reported('empty_cell', 'close_date'), 2);
assert.equal(reported('empty_cell', 'subsidiary_of'), 1);
assert.deepEqual(issues.find(i => i.code === 'agent_without_opportunities').examples.toSorted(), ['Bo Lind', 'Dov Stein']);

const { import_issues: _, ...none } = figures(false);
assert.deepEqual(Object.keys(none), Object.keys(all));
assert.deepEqual([none.opportunities, none.won ?? 0, none.top_agent, none.by_region], [2, 0, null, {}]);
console.log('real data: files of other years and without a won opportunity are read');
