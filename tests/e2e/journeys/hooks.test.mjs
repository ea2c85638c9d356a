// Journeys of webhooks, group robots and the page of background work.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { base, change, check, close, faces, request } from './browser.mjs';
import { logIn, token as logged } from './session.mjs';

let token, listener, address;
const calls = [];
let status = 200;

before(async () => {
  token = await logged();
  listener = createServer((req, res) => {
    let body = '';
    req.on('data', part => { body += part; });
    req.on('end', () => {
      calls.push(JSON.parse(body));
      res.writeHead(status, { 'content-type': 'application/json' });
      res.end(status === 200 ? '{"errcode":0}' : 'out of order');
    });
  });
  await new Promise(done => listener.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${listener.address().port}/hook`;
});
after(async () => {
  listener.close();
  await close();
});

const hooks = async () => (await request('GET', '/webhooks', undefined, token)).items;
async function until(what, holds) {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, what);
    await new Promise(done => setTimeout(done, 100));
  }
}

test('an endpoint is made, shows its secret once, is tested, and is told of a change with old and new values', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/settings/webhooks`);
  await page.getByTestId('new-hook').click();
  await page.locator('[name=name]').fill('ERP 同步');
  await page.locator('[name=url]').fill(address);
  await page.locator('[name="customer.created"]').check();
  await page.locator('[name="customer.updated"]').check();
  await check(page, 'hook-new');
  await page.locator('button[type=submit]').click();
  assert.match(await page.getByTestId('secret').innerText(), /^whsec_[0-9a-f]{64}$/);
  await page.getByRole('button', { name: '完成' }).click();
  await page.getByRole('link', { name: 'ERP 同步' }).click();
  await page.getByTestId('test-hook').click();
  await page.getByTestId('delivery').filter({ hasText: '测试消息' }).getByText('已送达').waitFor();
  assert.equal(calls.at(-1).type, 'ping');
  const made = await request('POST', '/customers', { name: '推送前' }, token);
  const got = await change(`/customers/${made.id}`, made.version, { name: '推送后' }, token);
  assert.equal(got.name, '推送后');
  await until('the change is not sent', async () => calls.some(c => c.type === 'customer.updated' && c.old.name === '推送前' && c.new.name === '推送后'));
  await page.reload();
  const row = page.getByTestId('delivery').filter({ hasText: '修改' }).first();
  await row.getByText('查看内容').click();
  await row.getByRole('cell', { name: '推送前' }).waitFor();
  await row.getByRole('cell', { name: '推送后' }).waitFor();
  await check(page, 'hook-values');
  const before = calls.length;
  await row.getByRole('button', { name: '重新推送' }).click();
  await until('it is not sent again', async () => calls.length > before);
  await page.context().close();
});

test('an endpoint that fails says why, and is changed and paused', async () => {
  status = 500;
  const made = await request('POST', '/webhooks', { name: '坏掉的接口', url: address, events: [] }, token);
  await request('POST', `/webhooks/${made.id}/test`, undefined, token);
  await until('it does not fail', async () => (await hooks()).some(w => w.id === made.id && w.failures > 0));
  const page = await logIn(faces[0]);
  await page.goto(`${base}/settings/webhooks/${made.id}`);
  assert.match(await page.getByTestId('last-error').innerText(), /HTTP 500: out of order/);
  await check(page, 'hook-failing');
  status = 200;
  await page.getByRole('button', { name: '更多' }).click();
  await page.getByRole('menuitem', { name: '编辑推送' }).click();
  await page.locator('[name=name]').fill('修好的接口');
  await page.locator('button[type=submit]').click();
  await page.getByRole('heading', { name: '修好的接口' }).waitFor();
  await page.getByRole('switch', { name: '启用「修好的接口」' }).click();
  await until('it is not paused', async () => !(await hooks()).find(w => w.id === made.id).active);
  await page.context().close();
});

test('a rule calls a group robot, chosen by its name', async () => {
  const made = await request('POST', '/webhooks', { name: '华东销售群', kind: 'wecom', url: address, events: [] }, token);
  const page = await logIn(faces[0]);
  await page.goto(`${base}/rules/new?template=welcome`);
  await page.locator('[name=name]').fill('新客户报到');
  await page.getByTestId('add-action').getByRole('button').first().click();
  await page.getByRole('menuitem', { name: '推送到其他系统或群' }).click();
  await page.locator('select[name=webhook]').selectOption({ label: '华东销售群' });
  assert.match(await page.getByTestId('said').innerText(), /推送到「华东销售群」/);
  await page.getByTestId('publish').click();
  await page.waitForURL(/rules\/[0-9a-f-]{36}/);
  await request('POST', '/customers', { name: '报到的客户' }, token);
  await until('the robot is not called', async () => calls.some(c => c.text?.content.includes('报到的客户')));
  const rule = (await request('GET', '/rules', undefined, token)).items.find(r => r.name === '新客户报到');
  await request('DELETE', `/rules/${rule.id}`, undefined, token);
  await request('DELETE', `/webhooks/${made.id}`, undefined, token);
  await page.context().close();
});

for (const face of faces) {
  test(`webhooks and background work are whole: ${face.name}`, async () => {
    const page = await logIn(face);
    await page.goto(`${base}/settings/webhooks`);
    await page.getByTestId('hook').first().waitFor();
    await check(page, 'hooks');
    await page.goto(`${base}/settings/webhooks/${(await hooks())[0].id}`);
    await page.getByTestId('delivery').first().waitFor();
    await check(page, 'hook');
    await page.goto(`${base}/settings/operations`);
    await page.getByTestId('ops-verdict').waitFor();
    await check(page, 'operations');
    await page.context().close();
  });
}
