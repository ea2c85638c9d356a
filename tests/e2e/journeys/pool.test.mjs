// Journeys of the public pool: found, claimed, told why not, given back and taken back; its settings; its rule.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, check, close, faces, request } from './browser.mjs';
import { logIn, token as logged } from './session.mjs';

let token, before_;
const settings = async changes => {
  const { version } = await request('GET', '/pool_settings', undefined, token);
  await request('PUT', '/pool_settings', { ...before_, ...changes }, token, version);
};
before(async () => {
  token = await logged();
  before_ = await request('GET', '/pool_settings', undefined, token);
});
after(async () => {
  await settings({});
  await close();
});

async function pooled(name) {
  const made = await request('POST', '/customers', { name, phone: '13812345678' }, token);
  await request('POST', `/customers/${made.id}/release`, { note: '预算推迟到明年' }, token);
  // What one has given back one can claim at once only for ten minutes, and that is no claim.
  return made.id;
}
const row = (page, name) => page.locator(`[data-testid=pool] [data-name="${name}"]`);

for (const face of faces) {
  test(`the pool is whole: ${face.name}`, async () => {
    const page = await logIn(face);
    await page.goto(`${base}/pool`);
    await page.getByTestId('pool').locator('li').first().waitFor();
    await check(page, 'pool');
    await page.getByTestId('pool').locator('li button').first().click();
    await page.getByTestId('pool-look').waitFor();
    await check(page, 'pool-look');
    await page.context().close();
  });
}

test('a customer is found in the pool under its mask, claimed, and waits for the first contact in my day', async () => {
  await settings({ claims_per_day: 0, rest_days: 0 });
  const other = await request('POST', '/users', { name: '林退回', email: 'lin.tuihui@example.com' }, token);
  const made = await request('POST', '/customers', { name: '公海领取测试客户', phone: '13812345678', owner_id: other.id }, token);
  await request('POST', `/customers/${made.id}/release`, { note: '预算推迟到明年' }, token);
  const page = await logIn(faces[0]);
  await page.goto(`${base}/pool`);
  await page.locator('#list-search').fill('公海领取测试');
  const line = row(page, '公海领取测试客户');
  await line.getByText('138****5678').waitFor();
  await line.getByText('原负责人 林退回').waitFor();
  await line.getByText('预算推迟到明年').waitFor();
  await line.getByTestId('claim').click();
  await page.getByText('已领取「公海领取测试客户」').first().waitFor();
  await line.waitFor({ state: 'detached' });
  await page.goto(`${base}/my-day`);
  await page.getByTestId('day-item').filter({ hasText: '公海领取测试客户' }).getByText('首次联系截止').waitFor();
  await check(page, 'pool-my-day');
  await page.goto(`${base}/customers/${made.id}`);
  await page.getByTestId('touch-due').waitFor();
  await check(page, 'pool-touch-due');
  await page.context().close();
});

test('a customer is given back with a remark and taken back at once', async () => {
  const made = await request('POST', '/customers', { name: '手滑退回客户' }, token);
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers/${made.id}`);
  await page.locator('#main header button[aria-haspopup]').last().click();
  await page.getByRole('menuitem', { name: '退回公海' }).click();
  await page.locator('[name=note]').fill('客户换了采购');
  await check(page, 'pool-release');
  await page.getByTestId('release-do').click();
  await page.getByText('「手滑退回客户」已退回公海').waitFor();
  const lying = await request('GET', `/customers/${made.id}`, undefined, token);
  assert.equal(lying.owner_id, null);
  assert.equal(lying.pool_note, '客户换了采购');
  await page.getByRole('button', { name: '撤销' }).click();
  await page.getByText('已撤销，客户恢复原状').waitFor();
  assert.notEqual((await request('GET', `/customers/${made.id}`, undefined, token)).owner_id, null);
  await page.context().close();
});

test('of many that are claimed, each that is not says why', async () => {
  await settings({ claims_per_day: 0, rest_days: 0 });
  for (const n of [1, 2, 3]) await pooled(`批量公海客户 ${n}`);
  // The demonstration's customers are somebody else's: the second claim of the day is one too many.
  const used = (await request('GET', '/pool', undefined, token)).claimed_today;
  await settings({ claims_per_day: used + 1, rest_days: 0 });
  const page = await logIn(faces[0]);
  await page.goto(`${base}/pool`);
  await page.getByRole('tab', { name: '长期未跟进' }).click();
  const boxes = page.getByTestId('pool').locator('input[type=checkbox]');
  await boxes.first().waitFor();
  for (const n of [0, 1, 2]) await boxes.nth(n).check();
  await page.getByTestId('claim-many').click();
  await page.getByTestId('pool-results').getByText('今天的领取次数已用完').first().waitFor();
  await check(page, 'pool-results');
  await page.context().close();
});

test('the settings of the pool say what is wrong and are kept', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/settings/pool`);
  await page.locator('[name=warn_hours]').fill('30');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByText(/超出范围/).waitFor();
  await check(page, 'pool-settings');
  await page.locator('[name=warn_hours]').fill('18');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByText('已保存').first().waitFor();
  assert.equal((await request('GET', '/pool_settings', undefined, token)).warn_hours, 18);
  await page.context().close();
});

test('a rule that moves customers to the pool is said in words', async () => {
  const rules = await request('GET', '/rules', undefined, token);
  const shipped = rules.items.find(r => r.key === 'idle_to_pool');
  assert.equal(shipped.state, 'draft');
  const page = await logIn(faces[0]);
  await page.goto(`${base}/rules/${shipped.id}`);
  await page.getByTestId('action').getByText('移入公海', { exact: true }).first().waitFor();
  await check(page, 'pool-rule');
  await page.context().close();
});
