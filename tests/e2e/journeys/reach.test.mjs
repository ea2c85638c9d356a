// Journeys of communications that could not attach themselves, and of behaviour in a customer's timeline.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, check, close, faces, request } from './browser.mjs';
import { logIn, token as logged } from './session.mjs';

let token, count = 0;
const stamp = Date.now();
before(async () => {
  token = await logged();
});
after(close);

const open = async () => (await request('GET', '/communications?limit=200', undefined, token)).items;
const log = async participants => {
  const item = { external_id: `${stamp}-${count++}`, kind: 'call', direction: 'in', occurred_at: new Date().toISOString(), participants };
  return (await request('POST', '/communications', { source: 'journey', items: [item] }, token)).results[0];
};

test('a call that two companies could have made is given to one of them with one click, another is about nobody', async () => {
  const phone = `0755${String(stamp).slice(-7)}`;
  const [a] = [await request('POST', '/customers', { name: '同号甲公司', phone }, token), await request('POST', '/customers', { name: '同号乙公司', phone }, token)];
  const call = await log([{ name: '刘先生', phone }]);
  assert.equal(call.state, 'ambiguous');
  const page = await logIn(faces[0]);
  await page.goto(`${base}/communications`);
  const row = page.getByTestId('reach').filter({ hasText: '刘先生' });
  await row.getByText('是哪个客户？').waitFor();
  await check(page, 'reach-choose');
  await row.getByTestId('candidate').filter({ hasText: '同号甲公司' }).click();
  await row.waitFor({ state: 'detached' });
  assert.equal((await request('GET', `/activities/${call.activity_id}`, undefined, token)).customer_id, a.id);
  const stranger = await log([{ name: '推销电话', phone: '13100000000' }]);
  await page.reload();
  const other = page.getByTestId('reach').filter({ hasText: '推销电话' });
  await other.getByRole('button', { name: '与客户无关' }).click();
  await other.waitFor({ state: 'detached' });
  assert.ok(!(await open()).some(c => c.id === stranger.id));
  await page.context().close();
});

test('what a customer did by themselves stands in their timeline', async () => {
  const email = `visitor${stamp}@example.cn`;
  const customer = await request('POST', '/customers', { name: '爱看价格页的客户', email }, token);
  const item = { key: `journey-${stamp}`, kind: 'page_view', name: '价格页', occurred_at: new Date().toISOString(), url: 'https://www.example.com/price', email };
  const kept = await request('POST', '/behaviours/batch', { items: [item] }, token);
  assert.equal(kept.linked, 1);
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers/${customer.id}`);
  await page.locator('[data-tab=timeline]').click();
  const entry = page.getByTestId('timeline').locator('li[data-kind=behaviour]');
  await entry.getByText('价格页', { exact: true }).waitFor();
  await entry.getByText('https://www.example.com/price').waitFor();
  await check(page, 'behaviour');
  await page.context().close();
});

for (const face of faces) {
  test(`communications to sort are whole: ${face.name}`, async () => {
    await log([{ name: '陌生来电', phone: '13211112222' }]);
    const page = await logIn(face);
    await page.goto(`${base}/communications`);
    await page.getByTestId('reach').first().waitFor();
    await check(page, 'reach');
    await page.context().close();
  });
}
