// Automation: the rule of large silent deals made in the page, tried, published; news with its bell and preferences.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, check, close, faces, request } from './browser.mjs';
import { logIn, token as tokenOf } from './session.mjs';

let token;

before(async () => {
  token = await tokenOf();
});
after(close);

const rules = async () => (await request('GET', '/rules', undefined, token)).items;
async function until(what, holds) {
  const deadline = Date.now() + 15_000;
  while (!(await holds())) assert.ok(Date.now() < deadline, what);
}

for (const face of faces) {
  test(`automation and news are whole: ${face.name}`, async () => {
    const [rule] = await rules();
    const page = await logIn(face);
    await page.goto(`${base}/rules`);
    await page.getByTestId('rule').first().waitFor();
    await check(page, 'rules');
    await page.goto(`${base}/rules/${rule.id}`);
    await page.getByTestId('said').waitFor();
    await check(page, 'rule');
    for (const tab of ['runs', 'versions']) {
      await page.getByTestId(`tab-${tab}`).click();
      await check(page, `rule-${tab}`);
    }
    await page.goto(`${base}/rules/new?template=silent`);
    await page.getByTestId('action').first().waitFor();
    await check(page, 'rule-new');
    await page.goto(`${base}/notifications`);
    await check(page, 'news');
    await page.goto(`${base}/settings/notifications`);
    await page.locator('tbody [role=switch]').first().waitFor();
    await check(page, 'news-settings');
    await page.context().close();
  });
}

test('a sales manager makes the rule of large silent deals from nothing, tries it and publishes it, in under two minutes', async () => {
  const tags = await request('GET', '/tags?limit=200', undefined, token);
  if (!tags.items.some(t => t.name === '需关注')) await request('POST', '/tags', { name: '需关注' }, token);
  const page = await logIn(faces[0]);
  await page.goto(`${base}/rules`);
  const begun = Date.now();
  await page.getByTestId('new-rule').click();
  await page.locator('[name=name]').fill('大额静默商机');
  await page.getByTestId('trigger-elapsed').click();
  const empty = page.getByTestId('trigger-empty');
  assert.match(await empty.innerText(), /从创建时算起/);
  const moment = page.locator('select[name=field]').first(), usual = await moment.inputValue();
  assert.equal(usual, 'last_activity_at', 'what has passed is the silence');
  await moment.selectOption('stage_entered_at');
  await page.getByTestId('trigger-empty').getByText('为空的记录不会触发').waitFor();
  await moment.selectOption(usual);
  await page.locator('[name=count]').fill('7');
  await page.getByRole('button', { name: '添加条件' }).click();
  await page.locator('select[name=field]').last().selectOption({ label: '预计金额' });
  await page.locator('select[name=op]').last().selectOption('gt');
  await page.locator('[name=amount_minor]').fill('10万');
  await page.getByTestId('add-action').getByRole('button').first().click();
  await page.getByRole('menuitem', { name: '打标签' }).click();
  await page.locator('[name=tag]').fill('需关注');
  await page.getByRole('option', { name: '需关注' }).first().click();
  await page.getByTestId('add-action').getByRole('button').first().click();
  await page.getByRole('menuitem', { name: '发通知' }).click();
  await page.getByRole('button', { name: '总监' }).click();
  // An opportunity is about a customer, which has an account team.
  const team = page.getByRole('button', { name: '客户团队' });
  await team.click();
  assert.match(await page.getByTestId('said').innerText(), /并通知负责人、总监、客户团队。/);
  await team.click();
  await page.locator('textarea[name=message]').fill('请尽快跟进：');
  await page.getByTestId('action').last().getByRole('button', { name: '插入字段' }).click();
  await page.getByRole('menuitem').first().click();
  assert.match(await page.getByTestId('said').innerText(), /已过 7 天时，如果.*金额 大于 ¥10万，就打上「需关注」标签，并通知负责人、总监。/);
  await page.getByTestId('save').click();
  await page.waitForURL(/rules\/[0-9a-f-]{36}/);
  await page.getByTestId('try').click();
  await page.getByText(/会命中 [\d,]+ 条记录/).waitFor();
  await check(page, 'rule-tried');
  await page.getByTestId('publish').click();
  await until('the rule does not act', async () => (await rules()).some(r => r.name === '大额静默商机' && r.state === 'active'));
  assert.ok(Date.now() - begun < 120_000, 'two minutes');
  const rule = (await rules()).find(r => r.name === '大额静默商机');
  assert.equal(rule.published.trigger.count, 7);
  assert.equal(rule.published.actions.length, 2);
  await page.context().close();
});

test('a rule that waits for health to fall below 60 is made in the page, said in words and published', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/rules/new?template=welcome`);
  await page.getByTestId('trigger-crosses').click();
  assert.equal(await page.locator('select[name=field]').first().inputValue(), 'health');
  assert.equal(await page.locator('select[name=field] option', { hasText: '最近联系' }).count(), 0, 'what follows other records cannot be waited for');
  await page.getByTestId('publish').click();
  await page.getByRole('alert').first().waitFor();
  await page.getByTestId('trigger-line').getByRole('textbox').fill('60');
  assert.match(await page.getByTestId('said').innerText(), /客户的「健康度」跌破 60 时，就/);
  await check(page, 'rule-crosses');
  await page.locator('[name=name]').fill('健康度跌破 60');
  await page.getByTestId('publish').click();
  const published = async () => (await rules()).find(r => r.name === '健康度跌破 60' && r.state === 'active');
  await until('the rule does not act', published);
  assert.deepEqual((await published()).published.trigger, { kind: 'crosses', field: 'health', side: 'below', value: 60 });
  await request('DELETE', `/rules/${(await published()).id}`, undefined, token);
  await page.context().close();
});

test('a rule that cannot be published says where, and keeps what was made', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/rules/new?template=silent`);
  await page.getByTestId('publish').click();
  await page.getByTestId('action').first().getByRole('alert').waitFor();
  assert.ok(!(await rules()).some(r => r.name === '大额商机长时间未跟进'));
  await page.getByRole('button', { name: '移除第 1 个动作' }).click();
  await page.locator('textarea[name=message]').fill('');
  await page.getByTestId('publish').click();
  await page.getByTestId('action').first().getByRole('alert').waitFor();
  await until('the draft is not kept', async () => (await rules()).some(r => r.name === '大额商机长时间未跟进' && r.state === 'draft'));
  await page.context().close();
});

test('a rule is paused, moved by the keyboard, and taken away', async () => {
  const made = await request('POST', '/rules', { name: '临时规则', definition: { object: 'customers', trigger: { kind: 'event', on: ['created'] }, condition: null, actions: [{ kind: 'notify', to: [{ kind: 'owner' }], message: '新客户 {name}' }], imports: false } }, token);
  await request('POST', `/rules/${made.id}/publish`, undefined, token);
  const page = await logIn(faces[0]);
  await page.goto(`${base}/rules`);
  await page.getByRole('switch', { name: '启用「临时规则」' }).click();
  await until('the rule is not paused', async () => (await rules()).find(r => r.id === made.id).state === 'paused');
  const at = (await rules()).findIndex(r => r.id === made.id);
  await page.getByRole('button', { name: /调整「临时规则」的顺序/ }).focus();
  await page.keyboard.press('Alt+ArrowUp');
  await until('the rule does not move', async () => (await rules()).findIndex(r => r.id === made.id) === at - 1);
  await page.getByTestId('rule').filter({ hasText: '临时规则' }).getByRole('button', { name: '更多' }).click();
  await page.getByRole('menuitem', { name: '删除' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
  await until('the rule is still there', async () => !(await rules()).some(r => r.id === made.id));
  await page.context().close();
});

test('news rings the bell without a reload, and is read', async () => {
  const page = await logIn(faces[0]);
  const me = await request('GET', '/me', undefined, token);
  const rule = await request('POST', '/rules', { name: '新客户提醒', definition: { object: 'customers', trigger: { kind: 'event', on: ['created'] }, condition: { field: 'name', op: 'starts_with', value: '移交测试' }, actions: [{ kind: 'notify', to: [{ kind: 'user', user_id: me.id }], message: '请看客户 {name}' }], imports: false } }, token);
  await request('POST', `/rules/${rule.id}/publish`, undefined, token);
  await request('POST', '/customers', { name: `移交测试 ${Date.now()}` }, token);
  await page.getByTestId('unread').waitFor();
  await page.getByRole('button', { name: /条未读通知/ }).click();
  await page.getByText(/请看客户 移交测试/).first().waitFor();
  await check(page, 'bell');
  await page.getByRole('button', { name: '全部标为已读' }).first().click();
  const news = async () => (await request('GET', '/notifications?limit=50', undefined, token));
  const told = list => list.items.filter(n => /请看客户 移交测试/.test(n.title));
  await until('the news stays unread', async () => told(await news()).every(n => n.read_at));
  // Other rules may bring more meanwhile: the bell says what the server says, without a reload.
  const bell = page.getByTestId('unread');
  const shown = async () => ((await bell.count()) ? Number.parseInt(await bell.innerText({ timeout: 1000 }).catch(() => '0'), 10) : 0);
  await until('the bell keeps what was read', async () => (await shown()) === (await news()).unread);
  await request('DELETE', `/rules/${rule.id}`, undefined, token);
  await page.context().close();
});

test('more than ninety-nine unread are told as so many', async () => {
  const who = { email: 'rep14@demo.flywheel.cn', password: 'Yunfan-2026-demo' };
  const theirs = await tokenOf(who), { id } = await request('GET', '/me', undefined, theirs);
  for (let i = 0; i < 100; i++) await request('POST', '/tasks', { title: `回访第 ${i} 家`, owner_id: id }, token);
  const page = await logIn(faces[0], who);
  await page.getByTestId('unread').getByText('99+').waitFor();
  await page.getByRole('button', { name: '99+ 条未读通知' }).waitFor();
  await check(page, 'bell-full');
  await page.context().close();
});

test('a kind of news is switched off and on', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/settings/notifications`);
  const of = async () => (await request('GET', '/notifications/preferences', undefined, token)).items[0].in_app;
  const was = await of();
  await page.locator('tbody [role=switch]').first().click();
  await until('the choice is not kept', async () => (await of()) !== was);
  await page.locator('tbody [role=switch]').first().click();
  await until('the choice is not taken back', async () => (await of()) === was);
  await page.context().close();
});

test('whoever may change the rules they made has the buttons of those alone', async () => {
  const who = { email: 'marketing@demo.flywheel.cn', password: 'Yunfan-2026-demo' };
  const [theirs] = await rules();
  const mine = await request('POST', '/rules', { name: `自己的规则${Date.now()}`, definition: theirs.draft }, await tokenOf(who));
  const page = await logIn(faces[0], who);
  await page.goto(`${base}/rules`);
  const line = rule => page.getByTestId('rule').filter({ has: page.getByRole('link', { name: rule.name, exact: true }) });
  await line(mine).getByRole('button', { name: '更多' }).waitFor();
  assert.equal(await line(theirs).getByRole('button').count(), 0);
  assert.ok(await line(theirs).getByRole('switch').isDisabled());
  await page.goto(`${base}/rules/${theirs.id}`);
  await page.getByTestId('said').waitFor();
  for (const button of ['save', 'publish', 'try']) assert.equal(await page.getByTestId(button).count(), 0);
  await page.goto(`${base}/rules/${mine.id}`);
  await page.getByTestId('try').waitFor();
  await page.context().close();
  await request('DELETE', `/rules/${mine.id}`, undefined, token);
});
