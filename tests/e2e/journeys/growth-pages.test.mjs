// The pages of growth beside the flywheel: heat map and plans, structure of customers, playbooks, principles, the library;
// and writing a visit down with a thumb.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, check, close, faces, request, until } from './browser.mjs';
import { logIn, token as tokenOf } from './session.mjs';

let token;
before(async () => { token = await tokenOf(); });
after(close);

const get = path => request('GET', path, undefined, token);

for (const face of faces) {
  test(`the pages of growth are whole: ${face.name}`, async () => {
    await until('the first scoring', async () => (await get('/cadence/due?limit=1')).items.length);
    const page = await logIn(face);
    await page.goto(`${base}/rhythm`);
    await page.getByTestId('heat').waitFor();
    assert.ok(await page.getByTestId('heat').locator('a').count() > 50, 'a year of contacts');
    await page.getByTestId('planned').locator('li').first().waitFor();
    await check(page, 'rhythm');
    await page.goto(`${base}/structure`);
    await page.getByTestId('bands').locator('li').first().waitFor();
    await page.getByTestId('migration').waitFor();
    const flow = await get('/scores/lifecycle');
    assert.equal(await page.getByTestId('lifecycle-flow').locator('[data-stage]').count(), 4);
    assert.equal(await page.getByTestId('lifecycle-flow').locator('[data-move]').count(), flow.moves.length);
    await check(page, 'segments');
    await page.goto(`${base}/playbooks`);
    await page.getByTestId('playbooks').locator('[data-playbook=security_weak]').waitFor();
    await check(page, 'playbooks');
    await page.goto(`${base}/library`);
    await page.getByTestId('library').locator('tbody tr').first().waitFor();
    await check(page, 'library');
    await page.goto(`${base}/principles`);
    await page.getByTestId('gauges').locator('section').nth(2).waitFor();
    await page.getByTestId('course').waitFor();
    await check(page, 'principles');
    for (const [tab, what] of [['goals', 'goals'], ['pulse', 'pulse'], ['audit', 'comparison'], ['growth', 'obstacles']]) {
      await page.locator(`[data-tab=${tab}]`).click();
      await page.getByTestId(what).first().waitFor();
      await check(page, `principles-${tab}`);
    }
    await page.context().close();
  });
}

test('a visit is written down on the phone with a few taps: content, pain and resource', async () => {
  const page = await logIn(faces[2]);
  const { items: [first] } = await get('/customers?grade=A&limit=1');
  await page.goto(`${base}/customers/${first.id}`);
  await page.locator('[data-tab=scores]').click();
  await page.getByTestId('log-visit').click();
  const visit = page.getByTestId('visit');
  // Groups of chips: kind, people, content, pains, resources, and two questions that stand there before the others have come.
  const groups = visit.locator('fieldset');
  await groups.nth(6).waitFor();
  for (const i of [2, 3, 4]) await groups.nth(i).locator('button').first().click();
  await check(page, 'visit');
  await page.getByTestId('visit-save').click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  const [made] = (await get(`/activities?customer_id=${first.id}&sort=-created_at&limit=1`)).items;
  assert.equal(made.kind, 'visit');
  assert.equal(made.completed, true);
  for (const used of ['content_ids', 'pain_ids', 'resource_ids']) assert.equal(made[used].length, 1, used);
  await page.context().close();
});

test('at a customer with many contacts the one who was met is found by name', async () => {
  const customer = await request('POST', '/customers', { name: `多联系人客户${Date.now()}` }, token);
  const operations = Array.from({ length: 14 }, (_, i) => ({ op: 'create', data: { name: `联系人${i + 10}`, customer_id: customer.id } }));
  await request('POST', '/contacts/bulk', { operations }, token);
  const { items: offered } = await get(`/contacts?customer_id=${customer.id}&limit=12`);
  const { items: all } = await get(`/contacts?customer_id=${customer.id}&limit=50`);
  const other = all.find(c => !offered.some(o => o.id === c.id));
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers/${customer.id}`);
  await page.locator('[data-tab=scores]').click();
  await page.getByTestId('log-visit').click();
  const more = page.getByTestId('visit-more-people');
  await more.getByRole('combobox').fill(other.name);
  await more.getByRole('option', { name: other.name }).click();
  await check(page, 'visit-more-people');
  await page.getByTestId('visit-save').click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  const [made] = (await get(`/activities?customer_id=${customer.id}&limit=1`)).items;
  assert.equal(made.contact_id, other.id);
  await page.context().close();
});

test('a contact is planned with what to bring, and is done with one tap', async () => {
  const page = await logIn(faces[0]);
  const { items: [first] } = await get('/customers?grade=A&limit=1');
  await page.goto(`${base}/customers/${first.id}`);
  await page.locator('[data-tab=scores]').click();
  await page.getByTestId('plan-visit').click();
  await page.locator('dialog [name=at]').fill('2035-01-02T10:00');
  await page.locator('dialog [name=subject]').fill('年度规划会');
  await check(page, 'plan');
  await page.getByTestId('visit-save').click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  const [made] = (await get(`/activities?customer_id=${first.id}&sort=-created_at&limit=1`)).items;
  assert.equal(made.completed, false);
  await page.goto(`${base}/rhythm`);
  const line = page.getByTestId('planned').locator('li', { hasText: '年度规划会' });
  await line.getByTestId('plan-done').click();
  await line.waitFor({ state: 'detached' });
  assert.equal((await get(`/activities/${made.id}`)).completed, true);
  await page.context().close();
});

test('a playbook is changed and taken back, and a new one is written', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/playbooks`);
  const line = page.locator('[data-playbook=win_back]');
  const name = (await get('/playbooks')).items.find(p => p.key === 'win_back').title;
  await line.getByTestId('playbook-edit').click();
  await page.locator('dialog [name=title]').fill('挽回大客户');
  await check(page, 'playbook-form');
  await page.getByTestId('playbook-save').click();
  await line.getByText('挽回大客户').waitFor();
  await line.getByTestId('playbook-edit').click();
  await page.getByTestId('playbook-reset').click();
  await line.getByText(name).waitFor();
  await page.getByTestId('playbook-new').click();
  await page.getByTestId('playbook-save').click();
  await page.locator('dialog [role=alert]').filter({ hasText: /\S/ }).first().waitFor();
  await page.locator('dialog [name=title]').fill('价格敏感客户的年底促销');
  await page.locator('dialog [name=aim]').fill('用套餐促成年底下单。');
  await page.locator('dialog [name="tasks[0].title"]').fill('发年底套餐说明');
  await page.getByTestId('playbook-save').click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  assert.ok((await get('/playbooks')).items.some(p => p.title === '价格敏感客户的年底促销'));
  await page.context().close();
});

test('the three gauges are followed over months, for a team and a period of its own', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/principles`);
  await page.getByTestId('course').waitFor();
  const team = page.getByPlaceholder('全部团队');
  await team.fill('华南二组');
  const asked = page.waitForRequest(r => /principles\/months\?.*team_id=/.test(r.url()));
  await page.getByRole('option').filter({ hasText: '华南二组' }).first().click();
  await asked;
  await page.locator('select[name=span]').selectOption('custom');
  await page.locator('input[name=from]').fill('2026-04-01');
  const earlier = page.waitForRequest(r => /principles\/months\?to=2026-06-30/.test(r.url()));
  await page.locator('input[name=to]').fill('2026-06-30');
  await earlier;
  await page.getByTestId('course').waitFor();
  await check(page, 'principles-team');
  await page.context().close();
});

test('somebody writes down a goal of their own that serves one of the company', async () => {
  const rep = { email: 'rep15@demo.flywheel.cn', password: 'Yunfan-2026-demo' };
  const page = await logIn(faces[2], rep);
  await page.goto(`${base}/principles`);
  await page.locator('[data-tab=goals]').click();
  await page.getByTestId('goals').waitFor();
  const before = await page.getByTestId('goals').locator('li').count();
  await page.getByTestId('goal-new').click();
  await page.locator('dialog [name=title]').fill('本季度拜访全部 A 级客户');
  await check(page, 'goal-own');
  await page.locator('dialog button[type=submit]').click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.getByTestId('goals').locator('li').nth(before).waitFor();
  const mine = (await request('GET', '/goals?sort=-created_at&limit=1', undefined, await tokenOf(rep))).items[0];
  assert.deepEqual([mine.title, mine.level], ['本季度拜访全部 A 级客户', 'person']);
  await page.context().close();
});

test('a goal is agreed to, the survey answered and the way of working assessed', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/principles`);
  await page.locator('[data-tab=goals]').click();
  await page.getByTestId('agree').first().click();
  await until('the answer', async () => (await get('/acknowledgements?sort=-created_at&limit=1')).items[0]?.agrees);
  await page.locator('[data-tab=pulse]').click();
  const questions = page.getByTestId('pulse').locator('fieldset');
  for (const [i, answer] of [[0, 5], [1, 4], [2, 3]]) await questions.nth(i).getByRole('button', { name: String(answer) }).click();
  await page.getByTestId('pulse-send').click();
  const said = await until('the survey', async () => (await get('/pulses?sort=-created_at&limit=1')).items.find(p => p.commitment === 100));
  assert.deepEqual([said.energy, said.learning], [75, 50]);
  await page.locator('[data-tab=audit]').click();
  const before = (await get('/audits?limit=200')).items.length;
  await page.getByTestId('audit-start').click();
  const { items } = await get('/audit-questions');
  for (const [i, question] of items.entries()) {
    await page.getByTestId('audit').getByText(question.text).waitFor();
    await page.locator(`dialog [data-answer="${1 + i % 5}"]`).click();
  }
  await check(page, 'audit-wizard');
  await page.getByTestId('audit-finish').click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  assert.equal((await get('/audits?limit=200')).items.length, before + 1);
  await page.context().close();
});

test('what a right taken out of the settings means is told before it is saved', async () => {
  const zh = [faces[0], '滞销库存优先清货权', /^[\d,]+ 家客户中有 [1-9][\d,]* 家的权益会变化，评分不变/];
  const en = [faces[3], 'First pick of slow-moving stock', /^The rights of [1-9][\d,]* of [\d,]+ customers would change, and no score/];
  const before = await get('/score-settings/lifecycle');
  for (const [face, right, said] of [zh, en]) {
    const page = await logIn(face);
    await page.goto(`${base}/settings/models`);
    await page.locator('[data-model=lifecycle]').click();
    const rights = page.getByTestId('rights');
    await rights.locator('[name="entitlements[2].key"]').waitFor();
    assert.equal(await rights.locator('[name="entitlements[2].key"]').inputValue(), 'stock_first');
    await rights.getByRole('button', { name: '滞销库存优先清货权' }).click();
    await page.getByTestId('preview').click();
    const effect = page.getByTestId('effect');
    await effect.waitFor();
    assert.match(await effect.innerText(), said);
    const row = page.getByTestId('rights-effect').locator('tbody tr');
    assert.equal(await row.count(), 1);
    const [name, gained, lost] = await row.locator('td').allInnerTexts();
    assert.deepEqual([name, gained], [right, '0']);
    assert.match(lost, /^[1-9]/);
    await check(page, 'rights-preview');
    await page.context().close();
  }
  assert.equal((await get('/score-settings/lifecycle')).version, before.version, 'nothing is saved');
});

test('the conditions of a lifecycle stage and the rights of customers are settings', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/settings/models`);
  await page.locator('[data-model=lifecycle]').click();
  const value = page.getByTestId('entry').locator('input').first();
  await value.waitFor();
  assert.equal(await value.inputValue(), '500000');
  await value.fill('400000');
  await value.blur();
  await check(page, 'lifecycle-settings');
  await page.getByTestId('preview').click();
  await page.getByTestId('effect').waitFor();
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await until('the settings', async () => (await get('/score-settings/lifecycle')).document.entry.growth[0][0].value === 40_000_000);
  await page.context().close();
});
