// The thread through the product on the demonstration company: log in, see the figures, open what is behind them, import, export.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, check, close, faces, request, visit } from './browser.mjs';
import { logIn, token as tokenOf } from './session.mjs';
import { workbook } from './workbook.mjs';

let token;

// Names as long as they may be, without a place to break: what was made last is first in every list.
const LONG = 'Xinanjiaotongsheshigongcheng'.repeat(7);
let long;

before(async () => {
  token = await tokenOf();
  const customer = await request('POST', '/customers', { name: LONG, city: LONG.slice(0, 100) }, token);
  const deal = await request('POST', '/opportunities', { name: LONG, customer_id: customer.id }, token);
  long = { 'long-customer': `/customers/${customer.id}`, 'long-opportunity': `/opportunities/${deal.id}` };
  await request('POST', '/contacts', { name: LONG.slice(0, 100), customer_id: customer.id }, token);
  await request('POST', '/tasks', { title: LONG, customer_id: customer.id, due_at: new Date().toISOString() }, token);
  await request('POST', '/products', { name: LONG }, token);
  await request('POST', '/tags', { name: LONG.slice(0, 50) }, token);
});
after(close);

const total = async (object, query = '') => (await request('GET', `/${object}?count=exact&limit=1${query}`, undefined, token)).total;

for (const face of faces) {
  test(`every page of the thread is whole: ${face.name}`, async () => {
    const page = await logIn(face);
    assert.equal(await page.locator('html').getAttribute('lang'), face.locale.startsWith('zh') ? 'zh-CN' : 'en');
    await page.locator('[data-testid^=kpi-]').first().waitFor();
    await check(page, 'home');
    const other = async object => (await request('GET', `/${object}?limit=2`, undefined, token)).items.find(r => r.name !== LONG);
    const [customer, deal] = [await other('customers'), await other('opportunities')];
    const places = {
      customers: '/customers', customer: `/customers/${customer.id}`, contacts: '/contacts', opportunities: '/opportunities',
      opportunity: `/opportunities/${deal.id}`, orders: '/orders', activities: '/activities', tasks: '/tasks', products: '/products',
      imports: '/imports', 'new-import': '/imports/new', exports: '/exports', settings: '/settings', ...long,
    };
    for (const [name, path] of Object.entries(places)) {
      await visit(page, path);
      await page.locator('#main').waitFor();
      await check(page, name);
    }
    await page.context().close();
  });
}

// Pages beside the thread: every list, record and setting, so that each is looked at in every face.
for (const face of faces) {
  test(`every other page is whole: ${face.name}`, async () => {
    const page = await logIn(face);
    const one = async object => (await request('GET', `/${object}?limit=1`, undefined, token)).items[0];
    const records = ['contacts', 'orders', 'products', 'activities', 'tasks', 'users', 'teams', 'pipelines', 'tags'];
    const places = { board: '/opportunities?as=board', outbox: '/outbox', missing: '/no/such/page', 'new-customer': '/customers?new=1', archived: '/customers?archived=only' };
    for (const object of records) {
      const record = await one(object);
      if (record) places[`one-${object}`] = `/${object}/${record.id}`;
    }
    for (const object of ['users', 'teams', 'pipelines', 'pipeline_stages', 'tags', 'saved_views', 'contents', 'goals', 'audits']) places[`list-${object}`] = `/${object}`;
    for (const name of ['organisation', 'password', 'sessions', 'roles', 'api-keys', 'fields', 'notifications']) places[`settings-${name}`] = `/settings/${name}`;
    for (const [name, path] of Object.entries(places)) {
      await visit(page, path);
      await page.locator('#main').waitFor();
      await check(page, name);
    }
    await page.context().close();
  });
}

test('a figure of the dashboard opens the records behind it', async () => {
  const page = await logIn(faces[0]);
  const link = page.locator('#main a[href*="/opportunities?"]').first();
  await link.waitFor();
  await link.click();
  await page.waitForURL('**/opportunities?**');
  await page.locator('[data-testid=total]').waitFor();
  await check(page, 'drill-down');
  await page.context().close();
});

test('a customer is found by pinyin from anywhere', async () => {
  const page = await logIn(faces[0]);
  const name = '鹭岛晨曦测绘有限公司';
  await request('POST', '/customers', { name }, token);
  await page.getByTestId('search').waitFor();
  await page.keyboard.press('Control+k');
  const palette = page.locator('dialog');
  await palette.locator('[role=combobox]').waitFor();
  await page.keyboard.type('ludaochenxi');
  await palette.getByText(name).first().waitFor();
  await check(page, 'palette');
  await page.context().close();
});

test('the wizard imports another sheet of a workbook and says who is who and since when', async () => {
  const page = await logIn(faces[0]);
  const name = '鹭岛海图测绘有限公司';
  const buffer = workbook({ 说明: [['标题', '内容'], ['来源', '旧系统']], 客户: [['客户名称', '建档'], [name, '2021-03-04 09:30']] });
  await page.goto(`${base}/imports/new`);
  await page.getByTestId('import-file').setInputFiles({ name: 'customers.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer });
  await page.getByTestId('sheet').waitFor();
  const first = page.url();
  await page.getByTestId('sheet').locator('select').selectOption('客户');
  await page.waitForURL(url => url.href !== first);
  const patched = page.waitForResponse(response => response.request().method() === 'PATCH');
  await page.getByLabel('「建档」对应的字段').selectOption('created_at');
  assert.equal((await patched).status(), 200);
  await check(page, 'import-sheet');
  await page.getByTestId('run').click();
  await page.getByTestId('undo').waitFor();
  const { items } = await request('GET', `/customers?q=${encodeURIComponent(name)}`, undefined, token);
  assert.equal(new Date(items[0].created_at).toISOString(), '2021-03-04T01:30:00.000Z');
  await page.context().close();
});

test('a file is tried, imported and taken back in the wizard', async () => {
  for (const face of [faces[0], faces[3]]) {
    const page = await logIn(face);
    const before = await total('customers');
    await page.goto(`${base}/imports/new`);
    const rows = ['客户名称,电话,城市,员工人数', `${face.name}甲公司,021-55556666,上海,120`, `${face.name}乙公司,0571-88886666,杭州,many`, `${face.name}丙公司,,广州,7`];
    await page.getByTestId('import-file').setInputFiles({ name: 'customers.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.join('\n')) });
    await page.waitForURL(/imports\/[0-9a-f-]{36}/);
    await page.getByTestId('dry-run').waitFor();
    await check(page, 'import-mapping');
    await page.getByTestId('dry-run').click();
    await page.getByTestId('report').waitFor();
    await check(page, 'import-trial');
    assert.equal(await total('customers'), before);
    await page.getByTestId('run').click();
    await page.getByTestId('undo').waitFor();
    await check(page, 'import-done');
    assert.equal(await total('customers'), before + 2);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('errors').click()]);
    assert.match(download.suggestedFilename(), /\.csv$/);
    await page.getByTestId('undo').click();
    await page.getByRole('dialog').getByRole('button').last().click();
    const deadline = Date.now() + 15_000;
    while (await total('customers') !== before) assert.ok(Date.now() < deadline, 'the undo does not end');
    await page.context().close();
  }
});

test('the language switch changes every word at once and is remembered', async () => {
  const page = await logIn(faces[0]);
  const profile = page.getByTestId('profile');
  await profile.waitFor();
  await page.getByTestId('lang').click();
  await page.locator('html[lang=en]').waitFor();
  await page.getByRole('link', { name: 'Customers' }).first().waitFor();
  await page.reload();
  await page.locator('html[lang=en]').waitFor();
  await check(page, 'switched');
  await page.context().close();
});
