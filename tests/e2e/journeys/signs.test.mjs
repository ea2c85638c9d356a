// Signs of what is to come: channels, competitors at a customer's door, rules of reward, newcomers, fit with the need.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, change, check, close, dayOf, faces, request, until } from './browser.mjs';
import { logIn, token as tokenOf } from './session.mjs';

const REP = { email: 'rep15@demo.flywheel.cn', password: 'Yunfan-2026-demo' };
let token;
before(async () => { token = await tokenOf(); });
after(close);

const get = (path, who = token) => request('GET', path, undefined, who);
const inDays = n => dayOf(new Date(Date.now() + n * 86_400_000));

for (const face of faces) {
  test(`channels compare by the customers they bring: ${face.name}`, async () => {
    await until('the first scoring', async () => (await get('/cadence/due?limit=1')).items.length);
    const page = await logIn(face);
    await page.goto(`${base}/channels`);
    const rows = page.getByTestId('channel').locator('visible=true');
    await rows.first().waitFor();
    await check(page, 'channels');
    const shown = Number((await rows.first().locator('a').first().innerText()).replaceAll(',', ''));
    await rows.first().locator('a').first().click();
    await page.waitForURL(/\/customers\?/);
    await page.getByText(new RegExp(`${shown.toLocaleString('en-US')}|${shown}`)).first().waitFor();
    const filter = new URL(page.url()).searchParams.get('filter');
    assert.equal((await get(`/customers?limit=1&count=exact&filter=${encodeURIComponent(filter)}`)).total, shown, 'the list holds as many');
    await page.context().close();
  });
}

test('a competitor at the door is noted on the phone, and closed when it is gone', async () => {
  const page = await logIn(faces[2], REP);
  const theirs = await tokenOf(REP), me = await get('/me', theirs);
  const customer = await request('POST', '/customers', { name: `被盯上的${Date.now()}公司`, customer_type: 'customer' }, theirs);
  assert.equal(customer.owner_id, me.id);
  await page.goto(`${base}/customers/${customer.id}`);
  await page.locator('[data-tab=scores]').click();
  const card = page.getByTestId('alerts');
  await card.getByText('没有待应对的竞品').waitFor();
  await card.getByTestId('alert-new').click();
  await page.locator('dialog [name=competitor]').fill('海川智能');
  await page.getByTestId('save').click();
  await card.getByText('海川智能').waitFor();
  await check(page, 'competitor');
  const [made] = (await get(`/competitor_alerts?customer_id=${customer.id}`, theirs)).items;
  assert.deepEqual([made.status, made.owner_id], ['open', me.id]);
  await card.getByRole('button', { name: '已解除' }).click();
  await card.getByText('没有待应对的竞品').waitFor();
  assert.equal((await get(`/competitor_alerts/${made.id}`, theirs)).status, 'closed');
  await page.context().close();
});

test('a rule of reward is published, and who it is for confirms it or asks', async () => {
  const title = `新客首单奖 ${Date.now()}`;
  const director = await logIn(faces[0]);
  await director.goto(`${base}/principles`);
  await director.locator('[data-tab=growth]').click();
  await director.getByTestId('incentive-new').click();
  await director.locator('dialog [name=title]').fill(title);
  await director.locator('dialog [name=summary]').fill('每拿下一家新客户，奖励 2,000 元');
  await director.getByTestId('save').click();
  const line = page => page.getByTestId('incentives').locator('li').filter({ hasText: title });
  await line(director).getByText('0 人已确认').waitFor();
  const rep = await logIn(faces[2], REP);
  await rep.goto(`${base}/principles`);
  await rep.locator('[data-tab=growth]').click();
  await line(rep).getByRole('button', { name: '有疑问' }).click();
  await line(rep).locator('form input').fill('老客户的新工厂算不算新客户？');
  await line(rep).getByRole('button', { name: '提交疑问' }).click();
  await line(rep).getByText('已确认', { exact: true }).waitFor();
  await check(rep, 'incentive-asked');
  await director.reload();
  await director.locator('[data-tab=growth]').click();
  await line(director).getByText('老客户的新工厂算不算新客户？').waitFor();
  await line(director).getByText('1 个疑问').waitFor();
  await line(director).getByTestId('incentive-understood').click();
  await line(director).getByText('2 人已确认').waitFor();
  await check(director, 'incentive');
  for (const page of [director, rep]) await page.context().close();
});

test('a newcomer waits for the first deal, and the deal ends the wait', async () => {
  const name = `新人${Date.now() % 100000}`;
  const { items: [pipeline] } = await get('/pipelines?limit=1');
  const { items: stages } = await get(`/pipeline_stages?pipeline_id=${pipeline.id}&limit=50`);
  const user = await request('POST', '/users', { name, email: `ramp${Date.now()}@demo.flywheel.cn`, hired_on: inDays(-20) }, token);
  await request('POST', `/users/${user.id}/password`, { password: REP.password }, token);
  await request('PUT', `/users/${user.id}/roles`, { roles: ['representative'] }, token);
  const { items: [customer] } = await get('/customers?limit=1');
  const page = await logIn(faces[0]);
  const seen = async pattern => {
    await page.goto(`${base}/principles`);
    await page.locator('[data-tab=growth]').click();
    await page.getByTestId('ramp').locator('li').filter({ hasText: name }).getByText(pattern).waitFor();
  };
  await seen(/入职 (20|21) 天，首单未成/);
  await request('POST', '/opportunities', { name: '新人的第一单', customer_id: customer.id, owner_id: user.id, stage_id: stages.find(s => s.kind === 'won').id, closed_on: inDays(-2), amount_minor: 5_000_000 }, token);
  await seen(/1[789] 天拿下首单/);
  await check(page, 'ramp');
  await page.context().close();
});

test('a solution that was accepted and a trial that met the need show in the fit of what we offer', async () => {
  const customer = await request('POST', '/customers', { name: `试用的${Date.now()}公司`, customer_type: 'prospect' }, token);
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers/${customer.id}`);
  await page.locator('[data-tab=scores]').click();
  const card = page.getByTestId('need-fit');
  await card.getByText('还不够打分').waitFor();
  await card.getByTestId('new-trials').click();
  await page.locator('dialog [name=title]').fill('视觉检测模块试用两周');
  await page.getByTestId('save').click();
  await card.getByText('方案 0 份 · 试用 1 次').waitFor();
  await card.getByTestId('new-solutions').click();
  await page.locator('dialog [name=title]').fill('换型提速方案');
  await page.locator('dialog select[name=status]').selectOption('accepted');
  await page.getByTestId('save').click();
  await card.getByText('方案 1 份 · 试用 1 次').waitFor();
  const [trial] = (await get(`/trials?customer_id=${customer.id}`)).items;
  await change(`/trials/${trial.id}`, trial.version, { status: 'succeeded', fit: 80, ends_on: inDays(0) }, token);
  const fit = await get(`/customers/${customer.id}/need-fit`);
  await page.reload();
  await page.locator('[data-tab=scores]').click();
  assert.equal(fit.score, 90, 'a solution accepted is 100, the trial 80, and both weigh the same');
  await card.getByText('90', { exact: true }).first().waitFor();
  await check(page, 'need-fit');
  await page.context().close();
});
