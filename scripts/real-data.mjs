// Brings a sales pipeline of the "CRM Sales Opportunities" shape in through the import API, the way a person would: look at what was
// recognised, correct it, confirm each suggestion once, run. Then reads the figures back from the metrics.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const base = process.env.FLYWHEEL_URL + '/api/v1';
const folder = process.argv[2];
let token;

async function call(method, path, body, headers = {}) {
  const raw = Buffer.isBuffer(body);
  const response = await fetch(base + path, {
    method,
    headers: {
      'accept-language': 'en',
      ...(body === undefined ? {} : { 'content-type': raw ? 'text/csv' : 'application/json' }),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    body: body === undefined || raw ? body : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

// Uploads a file, adapts the analysed import, confirms every suggestion, runs it, and says what it found.
async function bring(name, object, options) {
  const file = await call('POST', `/files?name=${name}`, readFileSync(join(folder, name)));
  let job = await call('POST', '/imports', { object, file_id: file.id });
  const unwanted = Object.fromEntries(job.columns.map(c => [c.header, null]));
  const known = Object.fromEntries(Object.entries(options.mapping).filter(([header]) => header in unwanted));
  const change = body => call('PATCH', `/imports/${job.id}`, body, { 'if-match': `"${job.version}"` });
  job = await change({ bad_cells: 'leave_empty', ...options, mapping: { ...unwanted, ...known } });
  const links = {};
  for (const [field, values] of Object.entries(job.unmatched ?? {})) {
    for (const value of values.filter(v => v.suggestion)) {
      (links[field] ??= {})[value.value] = value.suggestion;
      console.error(`${name}: ${field} "${value.value}" taken as "${value.label}" (${value.count} rows)`);
    }
  }
  if (Object.keys(links).length) job = await change({ value_links: links });
  await call('POST', `/imports/${job.id}/start`, { dry_run: false });
  for (;;) {
    job = await call('GET', `/imports/${job.id}`);
    if (['done', 'failed', 'cancelled'].includes(job.state)) break;
    await new Promise(wake => setTimeout(wake, 100));
  }
  if (job.state !== 'done') throw new Error(`${name}: ${JSON.stringify(job)}`);
  const p = job.progress;
  console.error(`${name}: ${p.rows_done} rows, ${p.created} made, ${p.updated} changed, ${p.unchanged} unchanged, ${p.rejected} left out`);
  // Several agents of one manager are no flaw of the teams.
  const flaws = (job.issues ?? []).filter(i => object !== 'teams' || i.code !== 'repeated_key');
  const issues = flaws.map(i => ({ file: name, code: i.code, column: i.column, count: i.count, rejected: i.rejected, rows: i.rows, examples: i.examples, detail: i.detail, message: i.message }));
  for (const c of job.columns.filter(c => c.date_format && job.mapping[c.header])) {
    const short = c.samples.filter(s => /^\d{1,2}\D\d{1,2}\D\d{2}$/.test(s));
    if (short.length || c.date_ambiguous) issues.push({ file: name, code: 'date_format', column: c.header, count: c.filled, rejected: false, rows: [], examples: short.length ? short : c.samples, detail: c.date_format, message: `Dates with two-figure years or an open order, read as ${c.date_format}` });
  }
  for (const issue of issues) console.error(`${name}: ${issue.column ?? ''} ${issue.message || issue.code} (${issue.count})`);
  return { job, issues };
}

const setup = { organisation: 'Real data', name: 'Administrator', email: 'admin@example.com', password: 'Correct-Horse-9-Battery' };
token = (await call('POST', '/setup', setup)).access_token;
await call('PATCH', '/organisation', { currency: 'USD' }, { 'if-match': `"${(await call('GET', '/organisation')).version}"` }).catch(() => {});

const pipeline = await call('POST', '/pipelines', { name: 'Sales pipeline', position: 9 });
const stages = [['Prospecting', 'open'], ['Engaging', 'open'], ['Won', 'won'], ['Lost', 'lost']];
for (const [i, [name, kind]] of stages.entries()) await call('POST', '/pipeline_stages', { pipeline_id: pipeline.id, name, position: i + 1, kind });

const issues = [];
const step = async (...args) => { const { job, issues: found } = await bring(...args); issues.push(...found); return job; };
await step('crm_products.csv', 'products', { mapping: { product: 'name', series: 'series', sales_price: 'list_price_minor' }, match_fields: ['name'] });
await step('crm_sales_teams.csv', 'teams', { mapping: { manager: 'name', regional_office: 'region' }, match_fields: ['name'] });
await step('crm_sales_teams.csv', 'users', { mapping: { sales_agent: 'name', manager: 'team_id' }, match_fields: ['name'], create_missing: { team_id: true } });
await step('crm_accounts.csv', 'customers', {
  mapping: { account: 'name', sector: 'industry', year_established: 'founded_year', revenue: 'annual_revenue_minor', employees: 'employees', office_location: 'region', subsidiary_of: 'parent_id' },
  match_fields: ['name'], multiply: { revenue: 1_000_000 },
});
const deals = await step('crm_sales_pipeline.csv', 'opportunities', {
  mapping: { opportunity_id: 'number', sales_agent: 'owner_id', product: 'product_id', account: 'customer_id', deal_stage: 'stage_id', engage_date: 'engaged_on', close_date: 'closed_on', close_value: 'amount_minor' },
  match_fields: ['number'], defaults: { pipeline_id: pipeline.id },
  create_missing: { owner_id: true, customer_id: true, product_id: true, stage_id: true },
});

// Without a period: the years of the file are whatever they are.
const metric = (key, more = '') => call('GET', `/metrics/${key}?pipeline_id=${pipeline.id}${more}`);
const count = async filter => (await call('GET', `/opportunities?limit=1&count=exact&filter=${encodeURIComponent(JSON.stringify(filter))}`)).total;
const of = status => ({ all: [{ field: 'pipeline_id', op: 'eq', value: pipeline.id }, ...(status ? [{ field: 'status', op: 'eq', value: status }] : [])] });
const round = (value, digits) => value == null ? null : Number(Number(value).toFixed(digits));
const units = minor => minor == null ? null : Math.round(minor) / 100;

const byRegion = await metric('won_value', '&group_by=region');
const byAgent = await metric('won_value', '&group_by=user');
const best = byAgent.rows.filter(r => r.value).toSorted((a, b) => b.value - a.value)[0];
const made = await metric('opportunities_created', '&group_by=user');
const busy = new Set(made.rows.filter(r => r.value > 0).map(r => r.label));
const agents = [...new Set(readFileSync(join(folder, 'crm_sales_teams.csv'), 'utf8').trim().split(/\r?\n/).slice(1).map(line => line.split(',')[0].trim()))];
const idle = agents.filter(name => name && !busy.has(name));
if (idle.length) issues.push({ file: 'crm_sales_teams.csv', code: 'agent_without_opportunities', column: 'sales_agent', count: idle.length, rejected: false, rows: [], examples: idle, detail: null, message: 'Agents who never appear in the pipeline' });
const result = {
  opportunities: await count(of()),
  won: (await metric('opportunities_won')).value,
  lost: (await metric('opportunities_lost')).value,
  win_rate: round((await metric('win_rate')).value, 2),
  won_value: units((await metric('won_value')).value),
  mean_cycle_days: round((await metric('mean_cycle_days')).value, 2),
  median_cycle_days: round((await metric('median_cycle_days')).value, 2),
  by_region: Object.fromEntries(byRegion.rows.filter(r => r.value).map(r => [r.label, units(r.value)])),
  top_agent: best ? { name: best.label, won_value: units(best.value) } : null,
  agents_with_opportunities: made.rows.filter(r => r.value > 0).length,
  import_issues: issues,
};
console.error(`${deals.progress.created} opportunities brought in`);
console.log(JSON.stringify(result));
