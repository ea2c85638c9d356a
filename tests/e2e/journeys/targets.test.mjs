// Target customers, basic service, use of the product, stopped investment, and RFM as somebody sets it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, check, close, faces, request, until } from './browser.mjs';
import { logIn, token as tokenOf } from './session.mjs';

let token;
before(async () => { token = await tokenOf(); });
after(close);

const get = path => request('GET', path, undefined, token);

for (const face of faces) {
  test(`segments, basic service and use of the product are whole: ${face.name}`, async () => {
    await until('the first scoring', async () => (await get('/cadence/due?limit=1')).items.length);
    const page = await logIn(face);
    await page.goto(`${base}/targets`);
    const segments = page.getByTestId('target');
    await segments.nth(4).waitFor();
    assert.ok((await segments.first().getByTestId('strategy').innerText()).length > 10, 'a strategy');
    await page.getByTestId('needs').locator('li').first().waitFor();
    await segments.first().locator('summary').first().click();
    await check(page, 'targets');
    await page.goto(`${base}/basic-service`);
    await page.getByTestId('urgent').locator('li').first().waitFor();
    assert.equal(await page.getByTestId('mails').locator('li').count(), 3);
    await check(page, 'basic-service');
    await page.goto(`${base}/adoption`);
    await page.getByTestId('people').locator('tbody tr').first().waitFor();
    await check(page, 'adoption');
    await page.context().close();
  });
}

test('a group by need becomes a segment with a strategy, and goes again', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/targets`);
  const before = await page.getByTestId('target').nth(4).waitFor().then(() => page.getByTestId('target').count());
  await page.getByTestId('needs').locator('li').first().locator('button').click();
  const form = page.locator('dialog');
  await form.locator('[name=name]').fill('同类需求客户');
  await form.locator('textarea').fill('用同一个案例逐家走访');
  await page.getByTestId('target-save').click();
  await form.waitFor({ state: 'detached' });
  const made = page.getByTestId('target').filter({ hasText: '同类需求客户' });
  await made.waitFor();
  assert.match(await made.innerText(), /用同一个案例逐家走访/);
  assert.equal(await page.getByTestId('target').count(), before + 1);
  const kept = (await get('/segments?limit=100')).items.find(s => s.name === '同类需求客户');
  assert.equal(kept.purpose, 'need');
  await made.locator('header button').click();
  await form.locator('button.mr-auto').click();
  await page.locator('dialog').last().locator('button.btn-error').click();
  await made.waitFor({ state: 'detached' });
  await page.context().close();
});

test('investment in a customer is stopped on the phone and begun again', async () => {
  const page = await logIn(faces[2]);
  const { items: [first] } = await get('/customers?grade=C&cadence_status=under,never,due&limit=1');
  await page.goto(`${base}/customers/${first.id}`);
  await page.locator('[data-tab=scores]').click();
  await page.getByTestId('stop').click();
  await page.locator('dialog [name=reason]').fill('三次唤醒都没有回应');
  await page.getByTestId('confirm').click();
  await page.getByTestId('stopped').waitFor();
  assert.match(await page.getByTestId('stopped').innerText(), /三次唤醒都没有回应/);
  await until('no cadence', async () => (await get(`/customers/${first.id}`)).cadence_status === null);
  await check(page, 'stopped');
  await page.getByTestId('resume').click();
  await page.getByTestId('stop').waitFor();
  await until('a cadence again', async () => (await get(`/customers/${first.id}`)).cadence_status !== null);
  await page.context().close();
});

test('an urgent need of a basic customer goes to the shared queue', async () => {
  const page = await logIn(faces[0]);
  const { items: [first] } = await get('/customers?service_tier=basic&limit=1&sort=name');
  await page.goto(`${base}/customers/${first.id}`);
  await page.locator('[data-tab=scores]').click();
  await page.getByTestId('urgent').click();
  await page.locator('dialog [name=need]').fill('今天要补一箱滤芯');
  await page.getByTestId('confirm').click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  const service = await get('/basic-service');
  const waiting = service.waiting.find(u => u.need.includes('今天要补一箱滤芯'));
  assert.equal(waiting.owner_id, service.shared_owner_id);
  await page.goto(`${base}/basic-service`);
  await page.getByTestId('urgent').locator('li', { hasText: '今天要补一箱滤芯' }).waitFor();
  await page.context().close();
});

test('limits of RFM show their effect, and inverted ones are refused at the field', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/settings/models`);
  await page.locator('[data-model=rfm]').click();
  await page.locator('[name=mode]').selectOption('fixed');
  await page.getByTestId('preview').click();
  await page.getByTestId('effect').locator('tbody tr').first().waitFor();
  await check(page, 'rfm-settings');
  await page.locator('[name="mode.fixed.recency_days[1]"]').fill('400');
  await page.getByTestId('preview').click();
  await page.locator('[name="mode.fixed.recency_days[1]"][aria-invalid=true]').waitFor();
  assert.equal((await get('/score-settings/rfm')).version, 0);
  await page.context().close();
});
