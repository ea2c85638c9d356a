// What a list can do besides rows: cards in columns for any object that has something like a stage, columns in another order.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, check, close, faces, request } from './browser.mjs';
import { ADMIN, logIn, token as tokenOf } from './session.mjs';

let token, me;
before(async () => {
  token = await tokenOf();
  me = (await request('POST', '/auth/login', ADMIN)).me.id;
});
after(close);

const make = (object, body) => request('POST', `/${object}`, body, token);
const get = path => request('GET', path, undefined, token);
const until = async (holds, what) => {
  for (const deadline = Date.now() + 20_000; !(await holds());) {
    assert.ok(Date.now() < deadline, what);
    await new Promise(go => setTimeout(go, 100));
  }
};

for (const face of faces) {
  test(`tasks are cards in columns, moved by a menu and taken back: ${face.name}`, async () => {
    const title = `看板任务 ${face.name} ${Date.now()}`;
    const task = await make('tasks', { title, owner_id: me });
    const page = await logIn(face);
    await page.goto(`${base}/tasks?as=board&q=${encodeURIComponent(title)}`);
    const card = page.locator(`[data-column=open] [data-card="${task.id}"]`);
    await card.waitFor();
    await check(page, 'board-tasks');
    await card.getByRole('button').click();
    await page.getByRole('menuitem').filter({ hasText: face.locale.startsWith('zh') ? '已完成' : 'Done' }).click();
    await page.locator(`[data-column=done] [data-card="${task.id}"]`).waitFor();
    await until(async () => (await get(`/tasks/${task.id}`)).status === 'done', 'it is done');
    await page.getByRole('status').getByRole('button').first().click();
    await page.locator(`[data-column=open] [data-card="${task.id}"]`).waitFor();
    assert.equal((await get(`/tasks/${task.id}`)).status, 'open');
    await page.context().close();
  });
}

test('a card is dragged to another column', async () => {
  const title = `拖动 ${Date.now()}`;
  const task = await make('tasks', { title, owner_id: me });
  const page = await logIn(faces[0]);
  await page.goto(`${base}/tasks?as=board&q=${encodeURIComponent(title)}`);
  await page.locator(`[data-card="${task.id}"]`).dragTo(page.locator('[data-column=done]'));
  await page.locator(`[data-column=done] [data-card="${task.id}"]`).waitFor();
  assert.equal((await get(`/tasks/${task.id}`)).status, 'done');
  await page.context().close();
});

test('the head of a column is dragged to the place of another, and stays there', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers`);
  await page.locator('tbody tr').nth(3).waitFor();
  const heads = () => page.locator('thead th[scope=col]').allInnerTexts();
  const before = await heads();
  await page.locator('thead th[scope=col]').nth(3).dragTo(page.locator('thead th[scope=col]').nth(1));
  const wanted = [before[0], before[3], before[1], before[2], ...before.slice(4)];
  await until(async () => JSON.stringify(await heads()) === JSON.stringify(wanted), 'the order is the new one');
  await page.goto(`${base}/customers`);
  await page.locator('tbody tr').nth(3).waitFor();
  assert.deepEqual(await heads(), wanted, 'it is kept');
  await page.context().close();
});

test('an amount between two is found, and said in words', async () => {
  const page = await logIn(faces[0]);
  const filter = { all: [{ field: 'amount_minor', op: 'between', value: [10_000_000, 50_000_000] }] };
  await page.goto(`${base}/opportunities?filter=${encodeURIComponent(JSON.stringify(filter))}`);
  await page.locator('tbody tr').first().waitFor();
  assert.match(await page.getByTestId('chips').innerText(), /介于 10 万元? 到 50 万|介于 .*10.* 到 .*50/);
  await page.getByRole('button', { name: /筛选/ }).first().click();
  await page.locator('[name=amount_minor]').nth(1).waitFor();
  await page.context().close();
});
