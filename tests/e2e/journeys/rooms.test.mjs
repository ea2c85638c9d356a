// Lists, forms and settings: what several records, two editors and an ended session do to them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, change, check, close, faces, open, quiet, request } from './browser.mjs';
import { ADMIN, logIn, token as tokenOf } from './session.mjs';

let token;
before(async () => { token = await tokenOf(); });
after(close);

const get = path => request('GET', path, undefined, token);
const make = (object, data) => request('POST', `/${object}`, data, token);
const until = async (holds, what) => {
  for (const deadline = Date.now() + 60_000; !(await holds());) assert.ok(Date.now() < deadline, what);
};

test('chosen rows get one value and a tag for all of them, and no other row does', async () => {
  const page = await logIn(faces[0]);
  const tag = await make('tags', { name: `展会-${Date.now()}` });
  const city = `城${Date.now() % 100_000}`;
  const mine = [];
  for (const name of ['甲', '乙', '丙']) mine.push(await make('customers', { name: `${city}${name}公司` }));
  await page.goto(`${base}/customers?q=${encodeURIComponent(city)}`);
  const rows = page.locator('tbody tr input[type=checkbox]');
  await rows.nth(2).waitFor();
  await rows.nth(0).check();
  await rows.nth(1).check();
  await page.getByTestId('bulk-edit').click();
  await page.locator('dialog select[name=bulk-field]').selectOption('city');
  await page.locator('dialog [name=city]').fill('温州');
  await check(page, 'bulk-edit');
  await page.locator('dialog footer .btn-primary').click();
  const changed = async () => (await Promise.all(mine.map(c => get(`/customers/${c.id}`)))).filter(c => c.city === '温州').length;
  await until(async () => await changed() === 2, 'two customers are in the new city');
  await rows.nth(2).waitFor();
  await page.locator('thead input[type=checkbox]').check();
  await page.getByTestId('bulk-tags').click();
  await page.locator('dialog [role=combobox]').fill(tag.name);
  await page.locator('dialog [role=option]').filter({ hasText: tag.name }).first().click();
  await page.locator('dialog footer .btn-primary').click();
  await until(async () => (await Promise.all(mine.map(c => get(`/customers/${c.id}`)))).every(c => c.tags?.includes(tag.id)), 'all three have the tag');
  assert.equal(await changed(), 2);
  assert.equal((await get(`/customers?count=exact&limit=1&filter=${encodeURIComponent(JSON.stringify({ field: 'tags', op: 'has_any', value: [tag.id] }))}`)).total, 3);
  await page.context().close();
});

test('everything that a list would show can be chosen at once', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers`);
  const { total } = await get('/customers?count=exact&limit=1');
  await page.locator('tbody tr').nth(20).waitFor();
  await page.locator('thead input[type=checkbox]').check();
  await page.getByTestId('bulk-everything').click();
  await page.getByTestId('bulk').filter({ hasText: String(total) }).waitFor();
  await check(page, 'bulk-everything');
  await page.context().close();
});

test('a column is widened with the mouse and by keyboard, and stays so', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers`);
  const head = page.locator('th', { has: page.locator('[data-edge=city]') });
  await head.waitFor();
  const width = async () => Math.round((await head.boundingBox()).width);
  const start = await width();
  const edge = await page.locator('[data-edge=city]').boundingBox();
  await page.mouse.move(edge.x + 4, edge.y + 4);
  await page.mouse.down();
  await page.mouse.move(edge.x + 64, edge.y + 4, { steps: 4 });
  await page.mouse.up();
  const dragged = await width();
  assert.ok(Math.abs(dragged - start - 60) <= 3, `${start} → ${dragged}`);
  await head.locator('button').focus();
  await page.keyboard.press('Shift+ArrowLeft');
  assert.ok(await width() < dragged);
  const kept = await width();
  await page.reload();
  await head.waitFor();
  assert.equal(await width(), kept);
  await page.context().close();
});

test('a phone shows the whole name of a customer beside its status', async () => {
  const page = await logIn(faces[2]);
  await page.goto(`${base}/customers`);
  const name = page.locator('#main li b').first();
  await name.waitFor();
  const cut = await page.locator('#main li b').evaluateAll(all => all.filter(b => b.scrollWidth > b.clientWidth && b.textContent.length <= 16).length);
  assert.equal(cut, 0, 'names of ordinary length are cut off');
  await check(page, 'customers-names');
  await page.context().close();
});

// A customer of a salesperson, and an administrator at the page who is about to change it as well.
async function shared(name) {
  const theirs = await tokenOf({ email: 'rep15@demo.flywheel.cn', password: 'Yunfan-2026-demo' });
  const customer = await request('POST', '/customers', { name: `${name}${Date.now()}`, city: '上海', address: '中山路 1 号' }, theirs);
  return { page: await logIn(faces[0]), theirs, customer };
}

test('two people change one record: the second sees both values and decides', async () => {
  const { page, theirs, customer } = await shared('同时修改');
  await page.goto(`${base}/customers/${customer.id}?edit=1`);
  const city = page.locator('dialog [name=city]');
  await city.fill('杭州');
  const now = await get(`/customers/${customer.id}`);
  await change(`/customers/${customer.id}`, now.version, { city: '南京', address: '中山路 2 号' }, theirs);
  // The page behind the form has read what the other has changed before the form is sent.
  for (const told of ['南京', '中山路 2 号']) await page.locator('#main dl').getByText(told).first().waitFor();
  assert.equal(await city.inputValue(), '杭州');
  await city.press('Control+Enter');
  const clash = page.locator('dialog [role=alert]').filter({ hasText: '南京' });
  await clash.waitFor();
  assert.match(await clash.innerText(), /杭州[\s\S]*南京/);
  assert.match(await clash.innerText(), /中山路 2 号/);
  assert.doesNotMatch(await clash.innerText(), /中山路 1 号/, 'what one has not changed oneself is none of one\'s changes');
  await check(page, 'clash');
  await clash.locator('.btn-primary').click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  const kept = await get(`/customers/${customer.id}`);
  assert.deepEqual([kept.city, kept.address], ['杭州', '中山路 2 号'], 'one\'s own value is kept and the other\'s other change stays');
  await page.context().close();
});

test('one field that is edited in place is not saved over a change that one has not seen', async () => {
  const { page, theirs, customer } = await shared('就地修改');
  await page.goto(`${base}/customers/${customer.id}`);
  await page.locator('#main dl').getByRole('button', { name: '修改城市' }).click();
  const city = page.locator('#main dl [name=city]');
  await city.fill('杭州');
  const now = await get(`/customers/${customer.id}`);
  await change(`/customers/${customer.id}`, now.version, { city: '南京', address: '中山路 2 号' }, theirs);
  await page.locator('#main dl').getByText('中山路 2 号').first().waitFor();
  await city.press('Enter');
  await page.getByTestId('theirs').getByText('南京').waitFor();
  assert.equal((await get(`/customers/${customer.id}`)).city, '南京');
  assert.equal(await city.inputValue(), '杭州');
  await city.press('Enter');
  await city.waitFor({ state: 'detached' });
  const kept = await get(`/customers/${customer.id}`);
  assert.deepEqual([kept.city, kept.address], ['杭州', '中山路 2 号']);
  await page.context().close();
});

test('a change that is not saved is asked about before it is dropped, and a new record comes back as it was typed', async () => {
  const page = await logIn(faces[0]);
  const customer = await make('customers', { name: `没有保存${Date.now()}`, city: '上海' });
  await page.goto(`${base}/customers/${customer.id}?edit=1`);
  const city = page.locator('dialog [name=city]');
  await city.fill('杭州');
  await city.press('Escape');
  const asked = page.locator('dialog').filter({ hasText: '还没有保存' });
  await asked.waitFor();
  await check(page, 'not-saved');
  await asked.getByRole('button', { name: '继续填写' }).click();
  await asked.waitFor({ state: 'detached' });
  assert.equal(await city.inputValue(), '杭州');
  await page.locator('dialog footer').getByRole('button', { name: '取消' }).click();
  await asked.getByRole('button', { name: '不保存' }).click();
  await page.locator('dialog').first().waitFor({ state: 'detached' });
  assert.equal((await get(`/customers/${customer.id}`)).city, '上海');
  await page.goto(`${base}/customers?new=1`);
  const name = page.locator('dialog [name=name]');
  await name.fill('只打了几个字');
  await name.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.goto(`${base}/customers?new=1`);
  await page.getByText('已恢复上次未保存的内容').waitFor();
  assert.equal(await name.inputValue(), '只打了几个字');
  const drafts = () => page.evaluate(() => Object.keys(localStorage).filter(k => k.startsWith('flywheel.draft.')));
  assert.equal((await drafts()).length, 1);
  await name.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.getByTestId('profile').getByRole('button').first().click();
  await page.getByRole('menuitem', { name: '退出登录' }).click();
  await page.locator('[name=password]').waitFor();
  assert.deepEqual(await drafts(), [], 'nobody finds it after the log-out');
  await page.context().close();
});

test('a list that is scrolled down shows what others change and stays where it is', async () => {
  const who = { email: 'rep15@demo.flywheel.cn', password: 'Yunfan-2026-demo' }, theirs = await tokenOf(who);
  const me = await request('GET', '/me', undefined, theirs);
  const filter = encodeURIComponent(JSON.stringify({ field: 'owner_id', op: 'eq', value: me.id }));
  const query = `sort=-created_at&filter=${filter}`;
  for (let { total } = await get(`/customers?limit=1&count=exact&${query}`); total < 75; total++) await request('POST', '/customers', { name: `第${total}家往下翻公司` }, theirs);
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers?${query}`);
  const list = page.locator('#main [tabindex="-1"]:has(table)');
  await page.locator('tbody tr[data-id]').first().waitFor();
  const below = (await get(`/customers?limit=75&${query}`)).items[72];
  const row = page.locator(`tr[data-id="${below.id}"]`);
  await until(async () => { await list.evaluate(e => e.scrollBy(0, 300)); await page.waitForTimeout(100); return row.isVisible(); }, 'the second page is there');
  await row.scrollIntoViewIfNeeded();
  const at = await list.evaluate(e => e.scrollTop);
  assert.ok(at > 1000, `scrolled down to ${at}`);
  const name = `改了名的${Date.now()}公司`;
  await change(`/customers/${below.id}`, below.version, { name }, theirs);
  await row.getByText(name).waitFor();
  assert.equal(await list.evaluate(e => e.scrollTop), at);
  await page.context().close();
});

test('a session that ends in the middle of a form is taken up again without losing a word', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers?new=1`);
  const name = `断线重登${Date.now()}`;
  await page.locator('dialog [name=name]').fill(name);
  // The session of the page is the newest. It alone is ended, once the page has all that it asks for by itself, and the form
  // sent at once: whatever else is asked for meanwhile would bring the log-in before the form could be sent.
  await quiet(page);
  const session = (await get('/auth/sessions')).items.filter(s => !s.current)[0];
  await page.context().clearCookies();
  await request('DELETE', `/auth/sessions/${session.id}`, undefined, token);
  await page.locator('dialog [name=name]').press('Control+Enter');
  await page.locator('dialog [name=password]').waitFor();
  await check(page, 'session-ended');
  await page.locator('dialog [name=password]').fill(ADMIN.password);
  await page.locator('dialog [name=password]').press('Enter');
  await until(async () => (await get(`/customers?q=${encodeURIComponent(name)}&limit=2`)).items.some(c => c.name === name), 'the form was sent after logging in');
  token = await tokenOf();
  await page.context().close();
});

test('what waits for a log-in is not sent in the name of somebody else who logs in', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers?new=1`);
  const name = `别人登录${Date.now()}`;
  await page.locator('dialog [name=name]').fill(name);
  const session = (await get('/auth/sessions')).items.filter(s => !s.current)[0];
  await page.context().clearCookies();
  await request('DELETE', `/auth/sessions/${session.id}`, undefined, token);
  await page.locator('dialog [name=name]').press('Control+Enter');
  await page.locator('dialog [name=password]').waitFor();
  await page.locator('dialog [name=email]').fill('rep15@demo.flywheel.cn');
  await page.locator('dialog [name=password]').fill('Yunfan-2026-demo');
  await Promise.all([page.waitForEvent('load'), page.locator('dialog [name=password]').press('Enter')]);
  await page.getByTestId('profile').waitFor();
  const me = await request('GET', '/me', undefined, await tokenOf({ email: 'rep15@demo.flywheel.cn', password: 'Yunfan-2026-demo' }));
  await page.getByTestId('profile').getByText(me.name).waitFor();
  await page.goto(`${base}/customers?new=1`);
  await page.locator('dialog [name=name]').waitFor();
  assert.equal(await page.locator('dialog [name=name]').inputValue(), '', 'nor is what was typed theirs');
  assert.equal((await get(`/customers?q=${encodeURIComponent(name)}&limit=2`)).items.length, 0, 'nothing was made');
  await page.context().close();
});

test('an administrator gives a new colleague a role and a password, and they log in', async () => {
  const page = await logIn(faces[0]);
  const email = `neu${Date.now()}@demo.flywheel.cn`;
  const user = await make('users', { name: '新同事', email });
  await page.goto(`${base}/users/${user.id}`);
  const role = page.locator('#main label', { hasText: '销售代表' }).locator('input[type=checkbox]');
  await role.click();
  await until(async () => (await get(`/users/${user.id}/roles`)).roles.includes('representative'), 'the role is given');
  await page.locator('#main [name=password]').fill('short');
  await page.locator('#main form button[type=submit]').click();
  await page.locator('#main form [role=alert]').waitFor();
  await page.locator('#main [name=password]').fill('Sommer-Regen-2026-x');
  await page.locator('#main form button[type=submit]').click();
  await page.getByText('密码已设置').waitFor();
  await check(page, 'user-access');
  await page.context().close();
  const theirs = await open(faces[0]);
  await theirs.goto(`${base}/login`);
  await theirs.locator('[name=email]').fill(email);
  await theirs.locator('[name=password]').fill('Sommer-Regen-2026-x');
  await theirs.locator('button[type=submit]').click();
  await theirs.getByTestId('profile').waitFor();
  assert.match(await theirs.getByTestId('profile').innerText(), /新同事/);
  await theirs.context().close();
});

test('the permission matrix covers jobs, figures and settings, and a change of it is kept', async () => {
  const page = await logIn(faces[0]);
  const key = `trainee_${Date.now()}`;
  const role = await make('roles', { key, name_zh: `实习${key}`, name_en: key, permissions: { customers: { read: 'own' } }, masks: {} });
  await page.goto(`${base}/settings/roles`);
  await page.getByRole('button', { name: `实习${key}` }).click();
  const matrix = page.getByTestId('matrix');
  for (const label of ['导入', '导出', '变更记录', '指标', '报表', '评分', '组织设置']) {
    assert.ok(await matrix.locator('td', { hasText: label }).count() > 0, label);
  }
  const line = matrix.locator('tr', { has: page.locator('td', { hasText: /^导入$/ }) });
  await line.locator('select').first().selectOption('team');
  await check(page, 'role-matrix');
  await page.getByRole('button', { name: '保存' }).click();
  await until(async () => (await get(`/roles/${role.id}`)).permissions.imports?.read === 'team', 'the grant is kept');
  assert.equal((await get(`/roles/${role.id}`)).permissions.customers.read, 'own');
  await page.context().close();
});

test('the exports of others are named and their files are not offered', async () => {
  const rep = { email: 'rep15@demo.flywheel.cn', password: 'Yunfan-2026-demo' };
  const theirs = await tokenOf(rep);
  const me = await request('GET', '/me', undefined, theirs);
  const made = await request('POST', '/exports', { object: 'customers', fields: ['name'] }, theirs);
  await until(async () => (await request('GET', `/exports/${made.id}`, undefined, theirs)).state === 'done', 'the export is made');
  const page = await logIn(faces[0]);
  await page.goto(`${base}/exports`);
  const others = page.locator('#main li').filter({ hasText: me.name }).first();
  await others.waitFor();
  assert.equal(await others.getByRole('button').count(), 0);
  await check(page, 'exports-of-others');
  await page.context().close();
  const own = await logIn(faces[0], rep);
  await own.goto(`${base}/exports`);
  await own.locator('#main li').first().getByRole('button', { name: '下载' }).waitFor();
  await own.context().close();
});

test('who changed the set-up is read in words', async () => {
  const key = `auditor_${Date.now()}`;
  const role = await make('roles', { key, name_zh: `稽核${key}`, name_en: key, permissions: { customers: { read: 'own' } }, masks: {} });
  await change(`/roles/${role.id}`, role.version, { permissions: { customers: { read: 'all' } } }, token);
  const page = await logIn(faces[0]);
  await page.goto(`${base}/settings/audit`);
  const last = page.getByTestId('audit').locator('li').filter({ hasText: `稽核${key}` }).first();
  await last.waitFor();
  const words = await last.innerText();
  assert.match(words, /修改了/);
  assert.match(words, /客户 · 查看\s*本人\s*→?\s*全部/);
  // Settings are told in the words of their own pages; of lists what was added and taken away.
  const put = (path, body, version) => request('PUT', path, body, token, version);
  const [pool, days, lifecycle] = [await get('/pool_settings'), await get('/working_calendar'), await get('/score-settings/lifecycle')];
  const right = { key: `right_${Date.now()}`, zh: '优先排产', en: 'Made first', from: 'growth', until: 'retention' };
  const longer = await put('/pool_settings', { ...pool, hours: pool.hours + 6 }, pool.version);
  const shut = await put('/working_calendar', { ...days, holidays: [...days.holidays, '2027-02-01'] }, days.version);
  const kept = await put('/score-settings/lifecycle', { document: { ...lifecycle.document, entitlements: [...lifecycle.document.entitlements, right] } }, lifecycle.version);
  const hook = await make('webhooks', { name: `ERP${Date.now()}`, kind: 'flywheel', url: 'https://erp.example.com/in?key=k', events: ['order.created'] });
  await page.reload();
  const rows = page.getByTestId('audit').locator('li');
  await rows.first().getByText(hook.name).first().waitFor();
  const [told, scores, calendar, deadline] = (await rows.allInnerTexts()).slice(0, 4);
  assert.match(told, /erp\.example\.com/);
  assert.match(told, /订单 · /);
  assert.match(scores, /评分设置[\s\S]*生命周期[\s\S]*权益[\s\S]*优先排产/);
  assert.match(calendar, /2027-02-01/);
  assert.match(deadline, new RegExp(`${pool.hours}[\\s\\S]*${pool.hours + 6}`));
  await check(page, 'audit');
  await request('DELETE', `/webhooks/${hook.id}`, undefined, token);
  await put('/pool_settings', pool, longer.version);
  await put('/working_calendar', days, shut.version);
  await put('/score-settings/lifecycle', { document: lifecycle.document }, kept.version);
  await page.context().close();
  const phone = await logIn(faces[2]);
  await phone.goto(`${base}/settings/audit`);
  await phone.getByTestId('audit').locator('li').first().waitFor();
  await check(phone, 'audit-phone');
  await phone.context().close();
});

test('users can be brought in from a file', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/imports/new`);
  await page.locator('[data-object=users]').click();
  const email = `import${Date.now()}@demo.flywheel.cn`;
  await page.getByTestId('import-file').setInputFiles({ name: 'users.csv', mimeType: 'text/csv', buffer: Buffer.from(`姓名,邮箱\n导入同事,${email}\n`) });
  await page.waitForURL(/imports\/[0-9a-f-]{36}/);
  await page.getByTestId('dry-run').click();
  await page.getByTestId('report').waitFor();
  await page.getByTestId('run').click();
  await page.getByTestId('undo').waitFor();
  assert.equal((await get(`/users?filter=${encodeURIComponent(JSON.stringify({ field: 'email', op: 'eq', value: email }))}`)).items.length, 1);
  await page.context().close();
});

for (const face of faces) {
  test(`every component is whole in every state: ${face.name}`, async () => {
    const page = await logIn(face);
    await page.goto(`${base}/ui`);
    await page.getByTestId('open-dialog').waitFor();
    await check(page, 'gallery');
    await page.getByTestId('open-dialog').click();
    await page.locator('dialog[open]').waitFor();
    await check(page, 'gallery-dialog');
    await page.context().close();
  });
}

test('a program that has stopped says so and offers to start again', async () => {
  const page = await logIn(faces[0]);
  await page.evaluate(() => window.dispatchEvent(new ErrorEvent('error', { error: new WebAssembly.RuntimeError('unreachable') })));
  const crash = page.locator('#crash[open]');
  await crash.waitFor();
  assert.match(await crash.innerText(), /刷新页面/);
  await crash.locator('button').click();
  await page.locator('#main').waitFor();
  assert.equal(await page.locator('#crash').count(), 0);
  await page.context().close();
});

test('a bulk change is taken back as it was, and says what it could not take back', async () => {
  const page = await logIn(faces[0]);
  const mark = `撤${Date.now() % 1_000_000}`;
  const mine = [];
  for (const [name, city] of [['甲', '上海'], ['乙', '成都'], ['丙', null]]) mine.push(await make('customers', { name: `${mark}${name}公司`, city }));
  const cities = async () => (await Promise.all(mine.map(c => get(`/customers/${c.id}`)))).map(c => c.city ?? null);
  const edit = async city => {
    await page.goto(`${base}/customers?q=${encodeURIComponent(mark)}`);
    await page.locator('tbody tr input[type=checkbox]').nth(2).waitFor();
    await page.locator('thead input[type=checkbox]').check();
    await page.getByTestId('bulk-edit').click();
    await page.locator('dialog select[name=bulk-field]').selectOption('city');
    await page.locator('dialog [name=city]').fill(city);
    await page.locator('dialog footer .btn-primary').click();
    await until(async () => (await cities()).every(c => c === city), 'all are changed');
  };
  await edit('温州');
  await page.getByRole('button', { name: '撤销' }).click();
  await page.getByText('已撤销，3 条恢复为原来的值').waitFor();
  assert.deepEqual(await cities(), ['上海', '成都', null]);
  await edit('宁波');
  const now = await get(`/customers/${mine[1].id}`);
  await change(`/customers/${mine[1].id}`, now.version, { city: '重庆' }, token);
  await page.getByRole('button', { name: '撤销' }).click();
  await page.getByText(/2 条已恢复；1 条没有恢复/).waitFor();
  await check(page, 'bulk-undo-clash');
  assert.deepEqual(await cities(), ['上海', '重庆', null]);
  await page.context().close();
});

test('archiving, tags and another owner are taken back too', async () => {
  const page = await logIn(faces[0]);
  const mark = `还${Date.now() % 1_000_000}`;
  const tag = await make('tags', { name: `临时-${mark}` });
  const { items: users } = await get('/users?limit=5&fields=id,name');
  const [from, to] = users;
  const mine = [];
  for (const name of ['甲', '乙']) mine.push(await make('customers', { name: `${mark}${name}公司`, owner_id: from.id }));
  const all = () => Promise.all(mine.map(c => get(`/customers/${c.id}`)));
  const choose = async () => {
    await page.goto(`${base}/customers?q=${encodeURIComponent(mark)}`);
    await page.locator('tbody tr input[type=checkbox]').nth(1).waitFor();
    await page.locator('thead input[type=checkbox]').check();
  };
  const undo = () => page.getByRole('button', { name: '撤销' }).click();
  await choose();
  await page.getByTestId('bulk-tags').click();
  await page.locator('dialog [role=combobox]').fill(tag.name);
  await page.locator('dialog [role=option]').filter({ hasText: tag.name }).first().click();
  await page.locator('dialog footer .btn-primary').click();
  await until(async () => (await all()).every(c => c.tags.includes(tag.id)), 'tagged');
  await undo();
  await until(async () => (await all()).every(c => !(c.tags ?? []).includes(tag.id)), 'the tag is gone');
  await choose();
  await page.getByTestId('bulk').getByRole('button', { name: /负责人/ }).click();
  await page.locator('dialog [role=combobox]').fill(to.name);
  await page.locator('dialog [role=option]').filter({ hasText: to.name }).first().click();
  await page.locator('dialog footer .btn-primary').click();
  await until(async () => (await all()).every(c => c.owner_id === to.id), 'handed over');
  await undo();
  await until(async () => (await all()).every(c => c.owner_id === from.id), 'handed back');
  await choose();
  await page.getByTestId('bulk').getByRole('button', { name: /归档/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: /归档/ }).last().click();
  await until(async () => (await all()).every(c => c.archived_at), 'archived');
  await undo();
  await until(async () => (await all()).every(c => !c.archived_at), 'back again');
  await page.context().close();
});
