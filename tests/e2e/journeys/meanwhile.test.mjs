// Lists and pages while something goes wrong or on meanwhile, and getting about with the keyboard.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, change, check, close, faces, request } from './browser.mjs';
import { logIn, token as tokenOf } from './session.mjs';

let token;
before(async () => { token = await tokenOf(); });
after(close);

const make = (object, data) => request('POST', `/${object}`, data, token);
const until = async (holds, what) => {
  for (const deadline = Date.now() + 60_000; !(await holds());) assert.ok(Date.now() < deadline, what);
};

test('what a bulk change could not change stays chosen, and a list that cannot be read whole is not taken for whole', async () => {
  const page = await logIn(faces[0]);
  const mark = `留${Date.now() % 1_000_000}`;
  const mine = [];
  for (const name of ['甲', '乙']) mine.push(await make('customers', { name: `${mark}${name}公司` }));
  await page.goto(`${base}/customers?q=${encodeURIComponent(mark)}`);
  await page.locator('tbody tr input[type=checkbox]').nth(1).waitFor();
  await page.locator('thead input[type=checkbox]').check();
  await page.route('**/api/v1/customers/bulk', async route => {
    const answer = await route.fetch();
    const body = await answer.json();
    const at = body.results.findIndex(r => r.id === mine[0].id);
    body.results[at] = { ...body.results[at], error: { title: '无效', detail: '城市不能修改', code: 'invalid', status: 422 } };
    await route.fulfill({ response: answer, json: body });
  });
  await page.getByTestId('bulk-edit').click();
  await page.locator('dialog select[name=bulk-field]').selectOption('city');
  await page.locator('dialog [name=city]').fill('嘉兴');
  await page.locator('dialog footer .btn-primary').click();
  await page.getByText(/1 条失败：城市不能修改/).waitFor();
  await page.locator('tbody tr', { hasText: `${mark}甲公司` }).locator('input[type=checkbox]:checked').waitFor();
  assert.equal(await page.locator('tbody tr input[type=checkbox]:checked').count(), 1);
  await check(page, 'bulk-kept');
  await page.unrouteAll();
  await page.goto(`${base}/customers`);
  await page.locator('thead input[type=checkbox]').check();
  await page.route(/\/customers\?limit=200&fields=id,version/, route => route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify({ title: '读不到', detail: '读不到全部客户', code: 'invalid', status: 422, errors: [] }) }));
  const before = await page.getByTestId('bulk').locator('b').innerText();
  await page.getByTestId('bulk-everything').click();
  await page.getByText('读不到全部客户').waitFor();
  assert.equal(await page.getByTestId('bulk').locator('b').innerText(), before);
  await page.context().close();
});

test('a menu is gone through with the arrow keys, and boxes name the option that Enter would take', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers`);
  await page.locator('tbody tr').first().waitFor();
  const more = page.getByRole('button', { name: '更多', exact: true }).first();
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim());
  await more.focus();
  await page.keyboard.press('Enter');
  const items = page.getByRole('menuitem');
  await items.first().waitFor();
  const words = (await items.allInnerTexts()).map(t => t.trim());
  await until(async () => await focused() === words[0], 'the first entry');
  await page.keyboard.press('ArrowDown');
  assert.equal(await focused(), words[1]);
  await page.keyboard.press('End');
  assert.equal(await focused(), words.at(-1));
  await page.keyboard.press('Escape');
  await items.first().waitFor({ state: 'detached' });
  assert.ok(await more.evaluate(b => b === document.activeElement));
  await page.keyboard.press('Control+k');
  await page.locator('#palette-list [role=option]').nth(1).waitFor();
  await page.keyboard.press('ArrowDown');
  await until(async () => {
    const id = await page.locator('dialog [role=combobox]').getAttribute('aria-activedescendant');
    return id && await page.locator(`#${id}`).getAttribute('aria-selected') === 'true' && id === 'palette-1';
  }, 'the second is named');
  await page.getByRole('dialog').getByRole('combobox').fill('自动化');
  await page.locator('#palette-list [role=option]', { hasText: '自动化' }).waitFor();
  await page.context().close();
});

test('what the same person changes elsewhere reaches the page that is open', async () => {
  const page = await logIn(faces[0]);
  const mine = await make('customers', { name: `另一处修改${Date.now()}` });
  const followed = page.waitForResponse(r => r.url().includes('/api/v1/stream') && page.url().endsWith(mine.id));
  await page.goto(`${base}/customers/${mine.id}`);
  await page.getByRole('heading', { name: mine.name }).waitFor();
  await followed;
  await change(`/customers/${mine.id}`, mine.version, { name: `${mine.name}好` }, token);
  await page.getByRole('heading', { name: `${mine.name}好` }).waitFor();
  await page.context().close();
});

test('what could not be read is not shown as empty', async () => {
  const page = await logIn(faces[0]);
  const refused = route => route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify({ title: '读不到', detail: '这次没有读到', code: 'invalid', status: 422, errors: [] }) });
  await page.route(/\/api\/v1\/search/, refused);
  await page.route(/\/api\/v1\/pipeline_stages/, refused);
  await page.goto(`${base}/opportunities`);
  await page.locator('tbody tr').first().waitFor();
  await page.getByTestId('board').click();
  await page.getByRole('alert').getByText('这次没有读到').waitFor();
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog');
  await palette.getByRole('combobox').fill('没有这样的东西');
  await palette.getByRole('alert').getByText('这次没有读到').waitFor();
  assert.equal(await palette.getByText('没有找到匹配的内容').count(), 0);
  await check(page, 'palette-failed');
  await page.context().close();
});
