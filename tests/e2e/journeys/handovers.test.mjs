// Journeys of people who leave: what they still hold, handing it over to several people and to the pool, and who is seen to have left something behind.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { base, change, check, close, faces, request, until } from './browser.mjs';
import { logIn, token as logged } from './session.mjs';

let token, heirs;
const PASSWORD = 'Quiet-Harbour-58';
async function person(name, email, role = 'representative') {
  const made = await request('POST', '/users', { name, email: `${email}@leaving.example.com` }, token);
  await request('PUT', `/users/${made.id}/roles`, { roles: [role] }, token);
  await request('POST', `/users/${made.id}/password`, { password: PASSWORD }, token);
  return made.id;
}
// Somebody who holds customers, each with a contact, an opportunity and a task.
async function leaver(name, email, customers) {
  const id = await person(name, email);
  for (let n = 1; n <= customers; n++) {
    const customer = await request('POST', '/customers', { name: `${name}的客户 ${n}`, owner_id: id }, token);
    const about = { owner_id: id, customer_id: customer.id };
    await request('POST', '/contacts', { name: '王敏', ...about }, token);
    await request('POST', '/opportunities', { name: `设备更新 ${n}`, amount_minor: 100_000_00, ...about }, token);
    await request('POST', '/tasks', { title: `回访 ${n}`, ...about }, token);
  }
  return id;
}
async function disable(id) {
  const now = await request('GET', `/users/${id}`, undefined, token);
  await change(`/users/${id}`, now.version, { status: 'disabled' }, token);
}
const owned = async (object, id) => (await request('GET', `/${object}?owner_id=${id}&count=exact&limit=1`, undefined, token)).total;
async function choose(page, typed) {
  await page.locator('dialog [name=receiver]').fill(typed);
  await page.locator('dialog [role=option]').filter({ hasText: typed }).first().click();
}

before(async () => {
  token = await logged();
  heirs = [await person('李接手', 'li'), await person('赵接手', 'zhao')];
});
after(close);

for (const [at, face] of faces.entries()) {
  test(`the card and the form are whole: ${face.name}`, async () => {
    const name = `周离职${at}`;
    const id = await leaver(name, `zhou${at}`, 3);
    await disable(id);
    const page = await logIn(face);
    await page.goto(`${base}/users/${id}`);
    await page.getByTestId('holdings').locator('li').first().waitFor();
    await check(page, 'holdings');
    await page.getByTestId('hand-over').scrollIntoViewIfNeeded();
    await page.screenshot({ path: fileURLToPath(new URL(`../out/${face.name}-holdings-card.png`, import.meta.url)) });
    await page.getByTestId('hand-over').click();
    await page.getByTestId('hand-over-do').waitFor();
    await check(page, 'hand-over-one');
    await page.locator('dialog label').filter({ has: page.locator('input[name=way]') }).nth(1).click();
    await choose(page, '李接手');
    await choose(page, '赵接手');
    await page.getByTestId('receivers').locator('li').nth(1).waitFor();
    await page.getByTestId('receivers').locator('li').first().getByRole('button', { name: '+' }).click();
    await check(page, 'hand-over-several');
    await page.locator('dialog label').filter({ has: page.locator('input[name=way]') }).nth(2).click();
    await check(page, 'hand-over-pool');
    await page.goto(`${base}/users`);
    await page.getByTestId('leavers').getByText(name).waitFor();
    await check(page, 'leavers');
    // Out of the way of those that follow.
    await request('POST', `/users/${id}/hand-over`, { receivers: [{ user_id: heirs[0] }] }, token);
    await page.context().close();
  });
}

for (const face of [faces[0], faces[2]]) {
  test(`what somebody holds is spread over two people, with progress and a log: ${face.name}`, async () => {
    const [one, two] = [await person('钱接手', `qian-${face.name}`), await person('孙接手', `sun-${face.name}`)];
    const id = await leaver('郑离职', `zheng-${face.name}`, 3);
    const page = await logIn(face);
    await page.goto(`${base}/users/${id}`);
    await page.getByTestId('hand-over').click();
    await page.getByText('分给几位同事', { exact: true }).click();
    await choose(page, '钱接手');
    await choose(page, '孙接手');
    await page.getByTestId('receivers').locator('li').first().getByRole('button', { name: '+' }).click();
    await page.getByTestId('receivers').getByText('约 2 家客户').waitFor();
    await page.getByTestId('hand-over-do').click();
    await page.getByText('交接已开始').first().waitFor();
    const result = page.getByTestId('hand-over-result');
    await result.getByText('钱接手').waitFor();
    await check(page, 'hand-over-done');
    assert.deepEqual([await owned('customers', one), await owned('customers', two), await owned('customers', id)].sort(), [0, 1, 2]);
    assert.equal(await owned('tasks', one) + await owned('tasks', two), 3);
    await result.getByRole('button', { name: '交接明细' }).click();
    await page.getByTestId('moves').getByText('郑离职的客户 1').first().waitFor();
    await check(page, 'hand-over-moves');
    await page.context().close();
  });
}

test('somebody who was disabled with customers is seen on the list of users, and their customers go to the pool', async () => {
  const id = await leaver('冯停用', 'feng', 2);
  const page = await logIn(faces[0]);
  await page.goto(`${base}/users/${id}`);
  await page.getByTestId('holdings').getByText('客户', { exact: true }).waitFor();
  await disable(id);
  await page.goto(`${base}/users`);
  await page.getByTestId('leavers').getByText('冯停用').click();
  await page.getByTestId('holdings').getByText('账号已停用，名下 8 条记录没有人跟进').waitFor();
  await page.getByTestId('hand-over').click();
  await page.locator('dialog').getByText('放入公海', { exact: true }).click();
  await page.locator('dialog [name=note]').fill('岗位取消，客户都还在合作');
  await page.getByTestId('hand-over-do').getByText('交接 2 条').click();
  await page.getByTestId('hand-over-result').getByText('公海').waitFor();
  await until('the pool has them', async () => {
    const pool = await request('GET', `/pool/customers?pool_from_id=${id}`, undefined, token);
    return pool.items.length === 2 && pool.items.every(c => c.pool_reason === 'owner_left');
  });
  // What was left needs somebody.
  await page.getByTestId('hand-over').getByText('继续交接').click();
  await choose(page, '李接手');
  await page.getByTestId('hand-over-do').getByText('交接 4 条').click();
  await page.getByText('名下没有需要交接的工作').waitFor();
  await page.context().close();
});

test('whoever sees nothing of what somebody could hold is not shown the card', async () => {
  const id = await leaver('卫在职', 'wei', 1);
  const role = { key: 'people_only', name_zh: '只看同事', name_en: 'People only', permissions: { users: { read: 'all' } }, masks: { phone: 'clear', email: 'clear' } };
  await request('POST', '/roles', role, token);
  await person('沈人事', 'shen', role.key);
  const page = await logIn(faces[0], { email: 'shen@leaving.example.com', password: PASSWORD });
  const answered = page.waitForResponse(response => response.url().endsWith(`/users/${id}/holdings`));
  await page.goto(`${base}/users/${id}`);
  assert.deepEqual((await (await answered).json()).kinds.filter(kind => kind.owned), []);
  await page.getByRole('heading', { name: '卫在职' }).waitFor();
  await page.getByText('名下的工作', { exact: true }).waitFor({ state: 'detached' });
  assert.equal(await page.getByTestId('holdings').count(), 0);
  await page.context().close();
});

test('a hand-over under way is stopped, and what did not go is still there to be handed over', async () => {
  const COUNT = 5_000;
  const id = await person('马多多', 'ma');
  for (let n = 0; n < COUNT; n += 1_000) {
    const operations = [...Array(1_000)].map((_, k) => ({ op: 'create', data: { name: `马多多的客户 ${n + k}`, owner_id: id } }));
    await request('POST', '/customers/bulk', { operations }, token);
  }
  const page = await logIn(faces[0]);
  await page.goto(`${base}/users/${id}`);
  await page.getByTestId('hand-over').click();
  await choose(page, '李接手');
  const begun = page.waitForResponse(response => response.request().method() === 'POST' && response.url().endsWith('/hand-over'));
  await page.getByTestId('hand-over-do').click();
  await page.getByTestId('hand-over-stop').click();
  const { id: job } = await (await begun).json();
  await page.getByTestId('hand-over-result').getByText('停止了交接').waitFor();
  await check(page, 'hand-over-stopped');
  const now = await request('GET', `/hand-overs/${job}`, undefined, token);
  assert.equal(now.state, 'cancelled');
  assert.equal(await owned('customers', id), COUNT - now.done);
  await page.getByTestId('hand-over').waitFor();
  await page.context().close();
});
