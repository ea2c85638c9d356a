// Where what is known of a customer comes from, all that happened with it, and how its tier is served.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, check, close, faces, request, until } from './browser.mjs';
import { logIn, token as tokenOf } from './session.mjs';

let token, director;
before(async () => { token = await tokenOf(); director = await tokenOf({ email: 'director1@demo.flywheel.cn', password: 'Yunfan-2026-demo' }); });
after(close);

const get = path => request('GET', path, undefined, token);
const days = n => new Date(Date.now() - n * 86_400_000).toISOString();

/** A customer that paid so many yuan a month ago. */
async function buyer(name, yuan) {
  const customer = await request('POST', '/customers', { name: `${name}${Date.now()}`, city: '苏州', industry: '电子制造' }, token);
  await request('POST', '/orders', { customer_id: customer.id, ordered_on: days(30).slice(0, 10), amount_minor: yuan * 100, status: 'confirmed', number: `SO-${Date.now()}` }, token);
  return customer;
}

for (const face of [faces[0], faces[2]]) {
  test(`a customer's values say who gave them, and its timeline shows one kind or all: ${face.name}`, async () => {
    const customer = await buyer('来源清楚', 1_000);
    const key = await request('POST', '/api_keys', { name: 'ERP 接口' }, token);
    await request('POST', '/activities', { subject: '上门拜访', kind: 'visit', customer_id: customer.id, occurred_at: days(2) }, token);
    const now = await get(`/customers/${customer.id}`);
    const answer = await fetch(`${base}/api/v1/customers/${customer.id}`, { method: 'PATCH', headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/merge-patch+json', 'if-match': `"${now.version}"` }, body: JSON.stringify({ credit_code: '91320214MA1X2Y3Z4K' }) });
    assert.equal(answer.status, 200);
    const page = await logIn(face);
    await page.goto(`${base}/customers/${customer.id}`);
    if (face.isMobile) await page.locator('[data-tab=details]').click();
    const button = page.getByTestId('sources').locator('visible=true');
    await button.click();
    await page.locator('[data-source=integration]').getByText('系统对接：ERP 接口').or(page.getByText('Integration: ERP 接口')).first().waitFor();
    await page.locator('[data-source=person]').first().waitFor();
    await check(page, `sources-${face.name}`);
    await button.click();
    await until('no sources', async () => (await page.locator('[data-source]').count()) === 0);
    await page.locator('[data-tab=timeline]').click();
    const timeline = page.getByTestId('timeline');
    await timeline.getByText('上门拜访').waitFor();
    assert.ok((await timeline.locator('li[data-kind=order]').count()) === 1 && (await timeline.locator('li[data-kind=change]').count()) >= 2);
    await timeline.getByText(/ERP 接口/).first().waitFor();
    await check(page, `timeline-${face.name}`);
    await page.locator('button[data-kind=order]').click();
    await until('orders only', async () => (await timeline.locator('li[data-kind]').count()) === 1);
    await page.locator('button[data-kind=all]').click();
    await timeline.getByText('上门拜访').waitFor();
    // What others do meanwhile comes by itself.
    await request('POST', '/activities', { subject: '电话回访', kind: 'call', customer_id: customer.id, occurred_at: days(0.01) }, director);
    await timeline.getByText('电话回访').waitFor();
    await page.context().close();
  });
}

test('a strategic customer gets its success manager from the list of what to do next', async () => {
  const customer = await buyer('战略', 300_000);
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers/${customer.id}`);
  await page.getByText('配一位客户成功经理').waitFor();
  await page.getByRole('button', { name: '指定' }).click();
  await page.getByRole('menuitem', { name: '郭建军' }).click();
  await page.getByText('已加入客户团队').waitFor();
  await until('nothing to name', async () => (await page.getByText('配一位客户成功经理').count()) === 0);
  await page.locator('[data-tab=scores]').click();
  const services = page.getByTestId('services');
  await services.getByText('销售 + 客户成功经理双线服务').waitFor();
  await page.getByText('郭建军').locator('visible=true').first().waitFor();
  const [team] = (await get(`/customers/${customer.id}`)).account_team_ids;
  assert.equal((await get(`/users/${team}`)).name, '郭建军');
  await page.context().close();
});

test('a growth customer is sent a case of its industry, which is written down with one press', async () => {
  const customer = await buyer('成长', 50_000);
  const page = await logIn(faces[2]);
  await page.goto(`${base}/customers/${customer.id}`);
  await page.getByTestId('send-case').click();
  await page.getByTestId('visit').getByText('在线检测方案：半年把不良率降了四成').waitFor();
  await check(page, 'case');
  await page.getByTestId('visit-save').click();
  await page.getByText('已记录').first().waitFor();
  const sent = await until('the contact', async () => (await get(`/activities?customer_id=${customer.id}`)).items[0]);
  assert.deepEqual([sent.kind, sent.content_ids.length, sent.subject], ['chat', 1, '推送案例《在线检测方案：半年把不良率降了四成》']);
  await until('no case for a quarter', async () => (await page.getByTestId('send-case').count()) === 0);
  await page.context().close();
});
