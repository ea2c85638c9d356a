// What somebody has typed or ticked and not saved yet: it is not lost by going on too quickly, and asked about before it is dropped.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, change, check, close, faces, request, until } from './browser.mjs';
import { logIn, token as tokenOf } from './session.mjs';

let token;
before(async () => { token = await tokenOf(); });
after(close);

const get = path => request('GET', path, undefined, token);
const make = (object, data) => request('POST', `/${object}`, data, token);
// Answers of one method to a path come late, as over a slow line.
const late = (page, path, method, wait = 800) => page.route(path, async route => {
  if (route.request().method() === method) await new Promise(go => setTimeout(go, wait));
  await route.continue();
});

test('two roles that are ticked one right after the other are both kept', async () => {
  const page = await logIn(faces[0]);
  const stamp = Date.now();
  const [first, second] = await Promise.all(['甲', '乙'].map((name, i) => make('roles', { key: `quick${i}_${stamp}`, name_zh: `${name}岗${stamp}`, name_en: `Q${i}`, permissions: { customers: { read: 'own' } }, masks: {} })));
  const user = (await get('/users?limit=200')).items.find(u => u.email === 'rep15@demo.flywheel.cn');
  const { roles: held } = await get(`/users/${user.id}/roles`);
  await late(page, `**/api/v1/users/${user.id}/roles`, 'PUT');
  await page.goto(`${base}/users/${user.id}`);
  await page.getByLabel(first.name_zh).check();
  await page.getByLabel(second.name_zh).check();
  await until('both roles are kept', async () => {
    const { roles } = await get(`/users/${user.id}/roles`);
    return [first.key, second.key, ...held].every(key => roles.includes(key));
  });
  await page.context().close();
  await request('PUT', `/users/${user.id}/roles`, { roles: held }, token);
});

test('the pencil of another field saves the one that is being edited', async () => {
  const page = await logIn(faces[0]);
  const customer = await make('customers', { name: `接着改${Date.now()}`, city: '上海', address: '中山路 1 号' });
  await page.goto(`${base}/customers/${customer.id}`);
  const fields = page.locator('#main dl');
  await fields.getByRole('button', { name: '修改城市' }).click();
  await fields.locator('[name=city]').fill('杭州');
  await fields.getByRole('button', { name: '修改地址' }).click();
  const address = fields.locator('[name=address]');
  await address.fill('延安路 2 号');
  await address.press('Control+Enter');
  await address.waitFor({ state: 'detached' });
  const kept = await get(`/customers/${customer.id}`);
  assert.deepEqual([kept.city, kept.address], ['杭州', '延安路 2 号']);
  await page.context().close();
});

test('a comment that is being written outlives a look at another tab, and what is written on while it is sent', async () => {
  const page = await logIn(faces[0]);
  const customer = await make('customers', { name: `写一半${Date.now()}` });
  await page.goto(`${base}/customers/${customer.id}`);
  const box = page.getByTestId('comment');
  await page.locator('[data-tab=talk]').click();
  await box.fill('周三来厂');
  await page.locator('[data-tab=timeline]').click();
  await page.locator('[data-tab=talk]').click();
  assert.equal(await box.inputValue(), '周三来厂');
  await late(page, '**/api/v1/comments', 'POST');
  await page.getByTestId('comment-send').click();
  await box.fill('周三来厂，带样品');
  await page.getByTestId('said').filter({ hasText: '周三来厂' }).waitFor();
  assert.equal(await box.inputValue(), '周三来厂，带样品');
  await page.context().close();
});

test('a matrix of permissions that is not saved is asked about by another role, a link and a reload', async () => {
  const page = await logIn(faces[0]);
  const stamp = Date.now();
  const role = await make('roles', { key: `half_${stamp}`, name_zh: `半改${stamp}`, name_en: 'Half', permissions: { customers: { read: 'own' } }, masks: {} });
  await page.goto(`${base}/settings/roles`);
  await page.getByRole('button', { name: role.name_zh }).click();
  const cell = page.getByTestId('matrix').locator('tr', { has: page.locator('td', { hasText: /^客户$/ }) }).locator('select').first();
  await cell.selectOption('team');
  const asked = [];
  let answer = false;
  page.on('dialog', async dialog => {
    asked.push(dialog.type());
    await (answer || dialog.type() === 'beforeunload' ? dialog.accept() : dialog.dismiss());
  });
  await page.locator('#main button[aria-pressed=false]').first().click();
  await page.getByRole('link', { name: '导出' }).first().click();
  assert.deepEqual(asked, ['confirm', 'confirm']);
  assert.match(page.url(), /settings\/roles/);
  assert.equal(await cell.inputValue(), 'team');
  await page.reload();
  assert.deepEqual(asked.splice(0), ['confirm', 'confirm', 'beforeunload']);
  await page.getByRole('button', { name: role.name_zh }).click();
  await cell.selectOption('team');
  answer = true;
  await page.getByRole('link', { name: '导出' }).first().click();
  await page.waitForURL(/exports/);
  assert.deepEqual(asked, ['confirm']);
  assert.equal((await get(`/roles/${role.id}`)).permissions.customers.read, 'own');
  await page.context().close();
});

test('a secret that is shown once stays until it is said to be done with', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/settings/api-keys`);
  await page.getByTestId('new-key').click();
  const name = page.locator('dialog [name=name]');
  await name.fill('对账程序');
  await name.press('Escape');
  await page.getByRole('button', { name: '继续填写' }).click();
  await page.locator('dialog button[type=submit]').click();
  const secret = page.getByTestId('key');
  await secret.waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.mouse.click(5, 5);
  assert.equal(await page.locator('dialog header button').count(), 0);
  assert.ok(await secret.isVisible());
  await check(page, 'secret');
  await page.getByRole('button', { name: '完成' }).click();
  await secret.waitFor({ state: 'detached' });
  await page.context().close();
});

test('what is wrong with what was sent from a dialog is said inside it', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/settings/roles`);
  await page.getByRole('button', { name: '新建角色' }).click();
  const dialog = page.locator('dialog');
  await dialog.locator('[name=name]').fill('重复的角色');
  await dialog.locator('[name=key]').fill('administrator');
  await dialog.locator('button[type=submit]').click();
  await dialog.getByRole('alert').filter({ hasText: /\S/ }).first().waitFor();
  await page.context().close();
});

test('a role is not changed further while it is being saved, and is saved over the change of somebody else on purpose', async () => {
  const page = await logIn(faces[0]);
  const role = await make('roles', { key: `held_${Date.now()}`, name_zh: `两人改${Date.now()}`, name_en: 'Held', permissions: { customers: { read: 'own' } }, masks: {} });
  await page.goto(`${base}/settings/roles`);
  await page.getByRole('button', { name: role.name_zh }).click();
  const phone = page.locator('fieldset select[name=phone]');
  await phone.selectOption('partial');
  await change(`/roles/${role.id}`, role.version, { name_en: 'Held by two' }, token);
  const save = page.getByRole('button', { name: '保存', exact: true });
  await save.click();
  await page.getByText('别人刚刚改过这里的设置').first().waitFor();
  assert.equal(await phone.inputValue(), 'partial');
  await late(page, `**/api/v1/roles/${role.id}`, 'PATCH');
  await save.click();
  assert.ok(await phone.isDisabled());
  await until('it is saved', async () => (await get(`/roles/${role.id}`)).masks.phone === 'partial');
  await save.waitFor({ state: 'detached' });
  assert.ok(await phone.isEnabled());
  await page.context().close();
});

test('a dialog that the browser has closed by itself is there again', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/settings/roles`);
  await page.getByRole('button', { name: '新建角色' }).click();
  const name = page.locator('dialog [name=name]');
  await name.fill('写了一半');
  await page.locator('dialog').evaluate(dialog => dialog.close());
  await name.waitFor();
  assert.equal(await name.inputValue(), '写了一半');
  await page.context().close();
});

test('back and forward ask before they drop what is not saved, and leave everything in place where one stays', async () => {
  const page = await logIn(faces[0]);
  const role = await make('roles', { key: `back_${Date.now()}`, name_zh: `退回${Date.now()}`, name_en: 'Back', permissions: { customers: { read: 'own' } }, masks: {} });
  await page.goto(`${base}/exports`);
  await page.getByRole('link', { name: '设置', exact: true }).first().click();
  await page.locator('#main a[href="/settings/roles"]').first().click();
  await page.getByRole('button', { name: role.name_zh }).click();
  const phone = page.locator('fieldset select[name=phone]');
  await phone.selectOption('partial');
  let asked = 0, answer = false;
  page.on('dialog', async dialog => {
    asked++;
    await (answer ? dialog.accept() : dialog.dismiss());
  });
  const go = way => page.evaluate(way => history.go(way), way);
  for (const [times, way] of [[1, -1], [2, -2]]) {
    await go(way);
    await until('it is asked', () => asked === times);
    await page.waitForURL(/settings\/roles/);
    await page.waitForTimeout(300);
    assert.match(page.url(), /settings\/roles/);
    assert.equal(await phone.inputValue(), 'partial');
  }
  answer = true;
  await go(-2);
  await page.waitForURL(/exports/);
  await until('it is asked', () => asked === 3);
  await page.getByTestId('matrix').waitFor({ state: 'detached' });
  await go(2);
  await page.getByTestId('matrix').waitFor();
  assert.equal(asked, 3, 'nothing is unsaved any more');
  await page.context().close();
});
