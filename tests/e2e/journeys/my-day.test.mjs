// Journeys of one's day: finished with a result, put off, by customer; a task that repeats; what came of a task.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, check, close, faces, request } from './browser.mjs';
import { logIn, token as logged } from './session.mjs';

let token, me, customer;
before(async () => {
  token = await logged();
  me = await request('GET', '/me', undefined, token);
  customer = await request('POST', '/customers', { name: '我的一天测试客户' }, token);
});
after(close);

const task = id => request('GET', `/tasks/${id}`, undefined, token);
const make = (title, more = {}) => request('POST', '/tasks', { title, owner_id: me.id, due_at: new Date(Date.now() - 3_600_000).toISOString(), customer_id: customer.id, ...more }, token);
async function until(what, holds) {
  const deadline = Date.now() + 15_000;
  while (!(await holds())) assert.ok(Date.now() < deadline, what);
}

test('a task is finished with a word on what came of it, and its effect is shown with how it was worked out', async () => {
  const made = await make('催回款', { repeat: 'weekly' });
  const page = await logIn(faces[0]);
  await page.goto(`${base}/my-day`);
  await page.getByRole('button', { name: '完成「催回款」' }).click();
  await page.locator('[name=result]').fill('客户答应周五付款');
  await check(page, 'my-day-finish');
  await page.getByRole('dialog').getByRole('button', { name: '完成' }).click();
  await page.getByTestId('day-done').getByText('客户答应周五付款').waitFor();
  assert.equal((await task(made.id)).result, '客户答应周五付款');
  const next = await request('GET', `/tasks?filter=${encodeURIComponent(JSON.stringify({ field: 'previous_id', op: 'eq', value: made.id }))}`, undefined, token);
  assert.equal(next.items.length, 1, 'the next of the series');
  await page.getByTestId('day-done').getByRole('link', { name: /催回款/ }).click();
  await page.getByTestId('effect').getByText('怎么算的').click();
  await page.getByText(/只反映先后，不代表因果/).waitFor();
  await check(page, 'task-effect');
  await page.context().close();
});

test('a customer who wrote stands first in the day and on its page until somebody answers', async () => {
  const asks = await request('POST', '/customers', { name: `来信客户${Date.now()}`, owner_id: me.id }, token);
  const write = theirs => request('POST', '/activities', { subject: '询问交期', kind: 'chat', customer_id: asks.id, customer_initiated: theirs, occurred_at: new Date().toISOString() }, token);
  await write(true);
  for (const face of [faces[0], faces[3]]) {
    const page = await logIn(face);
    await page.goto(`${base}/my-day`);
    await page.getByTestId('day-waiting').getByRole('link', { name: new RegExp(asks.name) }).waitFor();
    await check(page, 'my-day-waiting');
    await page.getByTestId('day-waiting').getByRole('link', { name: new RegExp(asks.name) }).click();
    await page.getByTestId('waiting').waitFor();
    await check(page, 'customer-waiting');
    if (face === faces[3]) {
      await write(false);
      await page.reload();
      await page.getByTestId('whole').waitFor();
      await page.getByTestId('waiting').waitFor({ state: 'detached' });
    }
    await page.context().close();
  }
});

test('a task that is finished without an answer waits for the network with its result, and is finished then', async () => {
  const made = await make('断网时完成');
  const page = await logIn(faces[0]);
  page.forgiven = /net::ERR_/;
  await page.goto(`${base}/my-day`);
  await page.getByRole('button', { name: '完成「断网时完成」' }).click();
  await page.locator('[name=result]').fill('已当面答复');
  await page.route(`**/api/v1/tasks/${made.id}`, route => route.abort('connectionreset'));
  await page.getByRole('dialog').getByRole('button', { name: '完成' }).click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  await until('it is finished later', async () => (await task(made.id)).status === 'done');
  assert.equal((await task(made.id)).result, '已当面答复');
  await page.context().close();
});

test('what is left of the tasks stays the same when one that is listed is finished', async () => {
  const made = await make('今天就办完');
  await make('一个月后再说', { due_at: new Date(Date.now() + 30 * 86_400_000).toISOString() });
  const page = await logIn(faces[0]);
  await page.goto(base);
  const rest = page.getByTestId('my-tasks').getByText(/还有 \d+ 个更晚到期的任务/);
  const before = await rest.innerText();
  await page.getByTestId('my-tasks').getByRole('button', { name: '完成「今天就办完」' }).click();
  await until('it is finished', async () => (await task(made.id)).status === 'done');
  await check(page, 'tasks-rest');
  assert.equal(await rest.innerText(), before);
  await page.context().close();
});

test('a task is put off until tomorrow and brought back', async () => {
  const made = await make('准备标书');
  const page = await logIn(faces[0]);
  await page.goto(`${base}/my-day`);
  await page.getByRole('button', { name: '稍后处理「准备标书」' }).click();
  await page.getByRole('menuitem', { name: '明天上午 9 点' }).click();
  await page.getByTestId('day-snoozed').getByText('准备标书').waitFor();
  assert.ok((await task(made.id)).resume_at);
  await page.getByRole('button', { name: '稍后处理「准备标书」' }).click();
  await page.getByRole('menuitem', { name: '现在处理' }).click();
  await page.getByTestId('day-overdue').getByText('准备标书').waitFor();
  await until('it is not back', async () => (await task(made.id)).resume_at === null);
  await page.getByTestId('by-customer').click();
  await page.getByTestId(`day-${customer.id}`).getByText('准备标书').waitFor();
  await page.getByTestId('by-time').click();
  await page.getByTestId('day-overdue').waitFor();
  await page.context().close();
});

for (const face of faces) {
  test(`my day is whole: ${face.name}`, async () => {
    await make(`看一看 ${face.name}`);
    const page = await logIn(face);
    await page.goto(`${base}/my-day`);
    await page.getByTestId('day-item').first().waitFor();
    await check(page, 'my-day');
    await page.context().close();
  });
}
