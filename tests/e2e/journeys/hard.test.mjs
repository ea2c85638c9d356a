// What real days do to a page: slow lines, broken servers, changed rights, strange names, large files, ten thousand rows.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { base, check, close, faces, open, request } from './browser.mjs';
import { ADMIN, logIn, token as tokenOf } from './session.mjs';

const PASSWORD = 'Sommer-Regen-2026-x';
let token;
before(async () => { token = await tokenOf(); });
after(close);

const get = path => request('GET', path, undefined, token);
const make = (object, data) => request('POST', `/${object}`, data, token);
const until = async (holds, what, seconds = 20) => {
  for (const deadline = Date.now() + seconds * 1000; !(await holds());) {
    assert.ok(Date.now() < deadline, what);
    await new Promise(go => setTimeout(go, 100));
  }
};
const problem = (status, more = {}) => ({ status, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: 'x', status, code: 'x', detail: '', errors: [], request_id: '0193-abcd', ...more }) });

async function colleague(role) {
  const email = `hart${Date.now()}${Math.floor(Math.random() * 1000)}@demo.flywheel.cn`;
  const user = await make('users', { name: '林晓', email });
  await request('PUT', `/users/${user.id}/roles`, { roles: [role] }, token);
  await request('POST', `/users/${user.id}/password`, { password: PASSWORD }, token);
  return { id: user.id, logs: { email, password: PASSWORD } };
}

test('on a slow line there are grey bars, then rows, and a second click saves nothing twice', async () => {
  const page = await logIn(faces[0]);
  await page.getByTestId('profile').waitFor();
  await page.route('**/api/v1/**', async route => { await new Promise(go => setTimeout(go, 1200)); await route.continue().catch(() => {}); });
  await page.goto(`${base}/customers`);
  await page.locator('#main .skeleton').first().waitFor();
  await page.locator('tbody tr').first().waitFor();
  await page.goto(`${base}/customers?new=1`);
  const name = `慢网${Date.now()}`;
  await page.locator('dialog [name=name]').fill(name);
  await page.getByTestId('save').dblclick();
  await page.locator('dialog').waitFor({ state: 'detached' });
  assert.equal((await get(`/customers?q=${encodeURIComponent(name)}&limit=5`)).items.filter(c => c.name === name).length, 1);
  await page.context().close();
});

for (const face of [faces[0], faces[2]]) {
  test(`an error of the server is a page with its request id and a way to try again: ${face.name}`, async () => {
    const page = await logIn(face);
    page.forgiven = /status of 500|^500 /;
    let broken = true;
    await page.route('**/api/v1/customers?*', route => broken ? route.fulfill(problem(500, { detail: '服务器内部错误' })) : route.continue());
    await page.goto(`${base}/customers`);
    const alert = page.locator('#main [role=alert]');
    await alert.getByText('0193-abcd').waitFor();
    await check(page, 'server-error');
    broken = false;
    await alert.getByRole('button').click();
    await page.getByTestId('total').waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    // A server that breaks while somebody comes in does not throw them out.
    await page.route('**/api/v1/auth/refresh', route => route.fulfill(problem(500)));
    await page.reload();
    await page.getByRole('alert').getByText('0193-abcd').waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.getByRole('alert').getByRole('button').click();
    await page.locator('#main').waitFor();
    await page.context().close();
  });
}

test('rows of one filter do not stand under another one whose request failed', async () => {
  const page = await logIn(faces[0]);
  page.forgiven = /status of 500|^500 /;
  await page.goto(`${base}/customers`);
  await page.locator('tbody tr').first().waitFor();
  let broken = true;
  await page.route('**/api/v1/customers?*', route => broken ? route.fulfill(problem(500, { detail: '服务器内部错误' })) : route.continue());
  await page.locator('#list-search').fill('公司');
  const alert = page.locator('#main [role=alert]');
  await alert.getByText('0193-abcd').waitFor();
  assert.equal(await page.locator('tbody tr').count(), 0);
  assert.equal(await page.getByTestId('total').count(), 0);
  broken = false;
  await alert.getByRole('button').click();
  await page.locator('tbody tr').first().waitFor();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.context().close();
});

test('a refusal of a field that is folded away unfolds it, and one of a field that is not there is said above', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers?new=1`);
  await page.locator('dialog [name=name]').fill('隐藏字段公司');
  assert.equal(await page.locator('dialog [name=credit_code]').count(), 0, 'the field is folded away');
  await page.route('**/api/v1/customers', route => route.request().method() === 'POST'
    ? route.fulfill(problem(422, { detail: '请检查输入', errors: [{ field: 'credit_code', code: 'invalid', message: '信用代码已被占用' }, { field: 'secret_thing', code: 'invalid', message: '某个看不见的字段不对' }] }))
    : route.continue());
  await page.locator('dialog [name=name]').press('Control+Enter');
  await page.locator('dialog label', { has: page.locator('[name=credit_code]') }).getByText('信用代码已被占用').waitFor();
  await page.locator('dialog [role=alert]').getByText('某个看不见的字段不对').waitFor();
  await check(page, 'hidden-field');
  await page.context().close();
});

test('rights that were taken away are noticed: the form stays, the buttons go', async () => {
  const them = await colleague('representative');
  const page = await logIn(faces[0], them.logs);
  await page.goto(`${base}/customers?new=1`);
  await page.locator('dialog [name=name]').fill(`无权限${Date.now()}`);
  await request('PUT', `/users/${them.id}/roles`, { roles: ['read_only'] }, token);
  page.forgiven = /status of 403/;
  await page.locator('dialog [name=name]').press('Control+Enter');
  await page.locator('dialog [role=alert]').first().waitFor();
  assert.match(await page.locator('dialog [name=name]').inputValue(), /无权限/);
  await page.getByTestId('new').waitFor({ state: 'detached' });
  await page.context().close();
});

test('the settings offer nobody what only ends in a refusal', async () => {
  const them = await colleague('representative');
  const { permissions } = await request('GET', '/me', undefined, await tokenOf(them.logs));
  const may = (key, action) => (permissions[key]?.[action] ?? 'none') !== 'none';
  assert.ok(!may('settings', 'update') && !may('custom_fields', 'create'), 'what a representative may not do');
  const page = await logIn(faces[0], them.logs);
  await page.goto(`${base}/settings/organisation`);
  await page.locator('[name=currency]').waitFor();
  assert.ok(await page.locator('[name=currency]').isDisabled());
  assert.equal(await page.locator('#main form button[type=submit]').count(), 0);
  for (const [path, key] of [['roles', 'roles'], ['api-keys', 'api_keys'], ['fields', 'custom_fields'], ['models', 'settings']]) {
    assert.equal(await page.locator(`#main nav a[href$="/settings/${path}"]`).count(), may(key, 'read') ? 1 : 0, path);
  }
  await check(page, 'organisation-shown');
  if (may('custom_fields', 'read')) {
    await page.goto(`${base}/settings/fields`);
    await page.locator('#main table, #main section p').first().waitFor();
    assert.equal(await page.getByTestId('new-field').count(), 0);
  }
  await page.context().close();
});

test('a record that somebody else archives while it is open says so, and what was typed is not lost', async () => {
  const them = await colleague('administrator');
  const theirs = await tokenOf(them.logs);
  const customer = await make('customers', { name: `被归档${Date.now()}`, city: '上海' });
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers/${customer.id}?edit=1`);
  await page.locator('dialog [name=city]').fill('苏州');
  const now = await get(`/customers/${customer.id}`);
  const gone = await fetch(`${base}/api/v1/customers/${customer.id}`, { method: 'DELETE', headers: { authorization: `Bearer ${theirs}`, 'if-match': `"${now.version}"` } });
  assert.ok(gone.ok, String(gone.status));
  page.forgiven = /status of 4\d\d/;
  await page.locator('dialog [name=city]').press('Control+Enter');
  await page.locator('dialog [role=alert]').first().waitFor();
  assert.equal(await page.locator('dialog [name=city]').inputValue(), '苏州');
  await check(page, 'archived-meanwhile');
  await page.locator('dialog footer .btn-ghost').click();
  await page.getByRole('button', { name: '不保存' }).click();
  await page.locator('#main h1').getByText('已归档').waitFor();
  assert.equal(await page.getByTestId('edit').count(), 0);
  await page.context().close();
});

const NAMES = {
  long: '超长名称测试'.repeat(33).slice(0, 195) + '有限公司',
  word: 'Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(2).slice(0, 160),
  rtl: 'شركة النور للتجارة العامة والمقاولات',
  hebrew: 'חברת השמש בע״מ',
  emoji: '🚀 火箭科技 👩‍💻🇨🇳',
  html: '<img src=x onerror="window.hacked=1"><b>粗体</b> & "引号"',
};
for (const face of faces) {
  test(`names of any length, direction and content fit and stay text: ${face.name}`, async () => {
    const mark = `怪名${Date.now()}`;
    const made = [];
    for (const name of Object.values(NAMES)) made.push(await make('customers', { name, note: `${mark} ${NAMES.html}`, city: mark }));
    const page = await logIn(face);
    await page.goto(`${base}/customers?city=${encodeURIComponent(mark)}`);
    await page.getByText(NAMES.rtl).filter({ visible: true }).first().waitFor();
    await check(page, 'strange-names');
    for (const key of ['long', 'html', 'rtl', 'word']) {
      const record = made[Object.keys(NAMES).indexOf(key)];
      await page.goto(`${base}/customers/${record.id}`);
      await page.getByRole('heading', { level: 1 }).getByText(NAMES[key]).waitFor();
      await check(page, `strange-${key}`);
    }
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    await page.context().close();
  });
}

test('pasted markup is text in a comment and in a note', async () => {
  const page = await logIn(faces[0]);
  const customer = await make('customers', { name: `粘贴${Date.now()}` });
  await page.goto(`${base}/customers/${customer.id}`);
  await page.locator('[data-tab=talk]').click();
  const said = `${NAMES.html} @[<b>谁</b>](x)`;
  await page.getByTestId('comment').fill(said);
  await page.getByTestId('comment-send').click();
  await page.getByTestId('comments').getByText('onerror').waitFor();
  assert.equal(await page.getByTestId('comments').locator('img').count(), 0);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  await page.context().close();
});

test('a file of 50 MB is attached', async () => {
  const page = await logIn(faces[0]);
  const customer = await make('customers', { name: `大文件${Date.now()}` });
  await page.goto(`${base}/customers/${customer.id}`);
  await page.locator('[data-tab=talk]').click();
  await page.getByTestId('attach').waitFor({ state: 'attached' });
  await page.evaluate(() => {
    const input = document.querySelector('[data-testid=attach]');
    const files = new DataTransfer();
    files.items.add(new File([new Uint8Array(52_428_800)], '厂区航拍.mp4'));
    input.files = files.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
  const row = page.getByTestId('attachments').locator('li', { hasText: '厂区航拍.mp4' });
  await row.waitFor({ timeout: 60_000 });
  await row.getByText('50.0 MB').waitFor();
  await page.context().close();
});

test('ten thousand rows are chosen, changed and taken back', { timeout: 300_000 }, async () => {
  const mark = `万行${Date.now()}`;
  for (let part = 0; part < 10; part++) {
    await make('products/bulk', { operations: Array.from({ length: 1000 }, (_, i) => ({ op: 'create', data: { name: `${mark}-${part * 1000 + i}`, category: mark } })) });
  }
  const of = async unit => (await get(`/products?count=exact&limit=1&filter=${encodeURIComponent(JSON.stringify({ all: [{ field: 'category', op: 'eq', value: mark }, unit ? { field: 'unit', op: 'eq', value: unit } : { field: 'unit', op: 'is_empty' }] }))}`)).total;
  assert.equal(await of(null), 10_000);
  const page = await logIn(faces[0]);
  await page.goto(`${base}/products?category=${encodeURIComponent(mark)}`);
  await page.locator('tbody tr').nth(20).waitFor();
  await page.getByTestId('total').getByText('10,000').waitFor();
  await page.locator('thead input[type=checkbox]').check();
  await page.getByTestId('bulk-everything').click();
  await page.getByTestId('bulk').filter({ hasText: '10000' }).or(page.getByTestId('bulk').filter({ hasText: '10,000' })).waitFor({ timeout: 60_000 });
  await check(page, 'ten-thousand');
  await page.getByTestId('bulk-edit').click();
  await page.locator('dialog select[name=bulk-field]').selectOption('unit');
  await page.locator('dialog [name=unit]').fill('箱');
  await page.locator('dialog footer .btn-primary').click();
  await page.getByRole('button', { name: '撤销' }).waitFor({ timeout: 120_000 });
  assert.equal(await of('箱'), 10_000);
  await page.getByRole('button', { name: '撤销' }).click();
  await page.getByText('已撤销').waitFor({ timeout: 120_000 });
  assert.equal(await of(null), 10_000);
  await page.context().close();
});

test('nothing jumps while pages load', async () => {
  const page = await logIn(faces[0]);
  await page.addInitScript(() => {
    window.shift = 0;
    window.shifted = [];
    const name = node => node && `${node.nodeName} ${node.className ?? ''}`.slice(0, 90);
    new PerformanceObserver(list => {
      for (const e of list.getEntries()) {
        if (e.hadRecentInput) continue;
        window.shift += e.value;
        window.shifted.push(`${e.value.toFixed(3)}: ${e.sources.map(s => `${name(s.node)} ${JSON.stringify(s.previousRect)}→${JSON.stringify(s.currentRect)}`).join(' | ')}`);
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  const customer = (await get('/customers?limit=1')).items[0];
  for (const path of ['/', '/customers', `/customers/${customer.id}`, '/opportunities', '/calendar?view=month', '/reports/funnel', '/settings/profile']) {
    await page.goto(base + path);
    await page.locator('#main').waitFor();
    await page.locator('#main .skeleton').first().waitFor({ state: 'detached' });
    await check(page, `still${path.replace(/\W+/g, '-').slice(0, 20)}`);
    const shift = await page.evaluate(() => window.shift);
    assert.ok(shift < 0.1, `${path}: layout shift ${shift.toFixed(3)}: ${(await page.evaluate(() => window.shifted)).join('\n')}`);
  }
  await page.context().close();
});

test('a record prints as a sheet of paper: its fields and lists, no navigation and no buttons', async () => {
  const page = await logIn(faces[1]);
  const customer = (await get('/customers?limit=1')).items[0];
  await page.goto(`${base}/customers/${customer.id}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.emulateMedia({ media: 'print' });
  await page.getByRole('navigation').first().waitFor({ state: 'hidden' });
  assert.equal(await page.locator('#main button:visible:not([role=tab]):not(td *):not(th *)').count(), 0);
  assert.ok(await page.getByRole('heading', { level: 1 }).isVisible());
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).color), 'rgb(31, 36, 48)', 'dark on white, also from the dark theme');
  await page.screenshot({ path: fileURLToPath(new URL('../out/print-record.png', import.meta.url)), fullPage: true });
  await page.context().close();
});
