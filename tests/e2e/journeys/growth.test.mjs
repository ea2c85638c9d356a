// Scores at work: whom to contact, how right the contacts are, where the wheel is slow, what a customer is worth, and other settings.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, check, close, faces, request } from './browser.mjs';
import { logIn, token as tokenOf } from './session.mjs';

let token;
before(async () => { token = await tokenOf(); });
after(close);

const get = path => request('GET', path, undefined, token);

test('a report of the four Rs is of one person when one is chosen', async () => {
  const { groups } = await get('/four-r?group_by=user');
  const page = await logIn(faces[0]);
  await page.goto(`${base}/four-r`);
  const rows = page.getByTestId('group-bottleneck');
  await rows.nth(1).waitFor();
  const who = page.getByPlaceholder('全部成员');
  await who.fill(groups[0].label);
  await page.getByRole('option').filter({ hasText: groups[0].label }).first().click();
  await rows.nth(1).waitFor({ state: 'detached' });
  assert.match(await page.locator('tr', { has: rows.first() }).innerText(), new RegExp(groups[0].label));
  await check(page, 'four-r-person');
  await page.context().close();
});

test('the flywheel says what the bottleneck is worth and leads to the contacts behind it', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/flywheel`);
  const verdict = page.getByTestId('bottleneck');
  await verdict.waitFor();
  const { bottleneck_value: held, leverage_known: known } = await get('/flywheel');
  const worth = await verdict.getByTestId('leverage').innerText();
  assert.match(worth, !known ? /数据不足/ : held.leverage > 0 ? /赢单率高出/ : /没有赢得更多/);
  await verdict.getByRole('link').click();
  await page.locator('[role=row], tbody tr').nth(1).waitFor();
  assert.match(page.url(), /\/activities\?.*sort=r[1-4]/);
  // A team of one's own choice, between two days of one's own.
  await page.goto(`${base}/four-r`);
  await page.getByTestId('four-r').waitFor();
  await page.locator('select[name=span]').selectOption('custom');
  const asked = page.waitForRequest(r => r.url().includes('from=2026-01-05'));
  await page.locator('input[name=from]').fill('2026-01-05');
  await asked;
  const graded = page.waitForRequest(r => r.url().includes('grade=A'));
  await page.locator('select[name=grade]').selectOption('A');
  await graded;
  await check(page, 'four-r-own-period');
  await page.context().close();
});

for (const face of faces) {
  test(`the rooms of the flywheel are whole: ${face.name}`, async () => {
    const page = await logIn(face);
    const { items: [first] } = await get('/cadence/due?limit=1');
    await page.goto(`${base}/due`);
    await page.getByTestId('due').locator('li').first().waitFor();
    assert.match(await page.getByTestId('due').locator('li').first().innerText(), new RegExp(first.name));
    const { items: fading } = await get('/repeat-purchase?limit=12');
    if (fading.length) await page.getByTestId('fading').locator(`a[href$="/customers/${fading[0].customer_id}"]`).waitFor();
    assert.equal(await page.getByTestId('fading').locator('li').count(), fading.length);
    await check(page, 'due');
    await page.goto(`${base}/four-r`);
    await page.getByTestId('four-r').waitFor();
    assert.equal(await page.getByTestId('four-r').locator('> div').count(), 4);
    // What holds each group back is named.
    assert.ok(await page.getByTestId('group-bottleneck').count() > 0);
    await check(page, 'four-r');
    await page.goto(`${base}/flywheel`);
    await page.getByTestId('wheels').waitFor();
    assert.equal(await page.getByTestId('wheels').locator('svg g').count(), 3);
    assert.equal(await page.getByTestId('outcomes').locator('> div').count(), 5);
    await check(page, 'flywheel');
    await page.goto(`${base}/customers/${first.customer_id}`);
    await page.getByTestId('whole').waitFor();
    assert.equal(await page.getByTestId('tiles').locator('> button').count(), 7);
    await check(page, 'customer-whole');
    await page.locator('[data-tab=scores]').click();
    await page.getByTestId('scores').waitFor();
    // What the later stages ask for, how each score went, and the settings that it was made with.
    const { scores } = await get(`/customers/${first.customer_id}/overview`);
    const asked = scores.lifecycle.conditions;
    assert.equal(await page.getByTestId('scores').locator('[data-holds]').count(), asked.length);
    assert.equal(await page.getByTestId('scores').locator('[data-holds=true]').count(), asked.filter(c => c.holds).length);
    for (const model of new Set(scores.history.map(h => h.model).filter(m => m !== 'rfm'))) await page.getByTestId(`course-${model}`).waitFor();
    assert.ok(await page.getByTestId('made-with').count() > 0);
    await check(page, 'customer-scores');
    await page.goto(`${base}/settings/models`);
    await page.locator('[data-model=grade]').waitFor();
    await check(page, 'models');
    await page.context().close();
  });
}

test('a contact is written down from the list, and the customer no longer waits', async () => {
  const page = await logIn(faces[0]);
  // A server that has just started scores its customers first.
  let first;
  for (const deadline = Date.now() + 90_000; !first; [first] = (await get('/cadence/due?limit=1')).items) assert.ok(Date.now() < deadline, 'nobody waits');
  await page.goto(`${base}/due`);
  await page.getByTestId('log-contact').first().click();
  await page.locator('dialog [name=subject]').fill('季度回访');
  await check(page, 'log-contact');
  await page.locator('dialog [name=subject]').press('Control+Enter');
  await page.locator('dialog').waitFor({ state: 'detached' });
  const made = (await get(`/activities?customer_id=${first.customer_id}&sort=-created_at&limit=1`)).items[0];
  assert.equal(made.subject, '季度回访');
  assert.equal(made.kind, 'visit');
  for (const deadline = Date.now() + 20_000; (await get('/cadence/due?limit=1')).items[0]?.customer_id === first.customer_id;) assert.ok(Date.now() < deadline, 'the customer still waits');
  await page.context().close();
});

test('the effect of other cut-offs is seen before they are saved, and can be taken back', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/settings/models`);
  await page.locator('[data-model=grade]').click();
  const cut = page.locator('[name="cuts.a"]');
  await cut.fill('95');
  await page.getByTestId('preview').click();
  const effect = page.getByTestId('effect');
  await effect.waitFor();
  assert.match(await effect.innerText(), /家客户中有/);
  await check(page, 'model-preview');
  assert.equal((await get('/score-settings/grade')).document.cuts.a, 80);
  await cut.fill('10');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.locator('[role=alert]').filter({ hasText: /\S/ }).first().waitFor();
  await cut.fill('85');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  for (const deadline = Date.now() + 15_000; (await get('/score-settings/grade')).document.cuts.a !== 85;) assert.ok(Date.now() < deadline, 'the settings are not saved');
  await page.context().close();
});

test('a customer opens with what to do next, and every part leads to its list', async () => {
  const { items: [order] } = await get('/orders?limit=1&sort=-ordered_on');
  const id = order.customer_id;
  const whole = await get(`/customers/${id}/overview`);
  const page = await logIn(faces[2]);
  await page.goto(`${base}/customers/${id}`);
  await page.getByTestId('whole-orders').getByText(whole.orders[0].number).waitFor();
  assert.equal(await page.getByTestId('whole-contacts').locator('li').count(), Math.min(5, whole.contacts.length));
  // On a phone the fields are a tab of their own.
  assert.equal(await page.locator('dl dt', { hasText: '客户名称' }).isVisible(), false);
  await page.locator('[data-tab=details]').click();
  await page.locator('dl dt', { hasText: '客户名称' }).waitFor();
  await page.locator('[data-tab=whole]').click();
  await page.getByTestId('whole-orders').locator('header button').click();
  await page.locator('[data-tab=orders][aria-selected=true]').waitFor();
  await page.getByText(whole.orders[0].number).last().waitFor();
  await page.context().close();
});

test('what the values of a judged field stand for is beside it, and a click takes one', async () => {
  const page = await logIn(faces[0]);
  const { items: [first] } = await get('/customers?limit=1&sort=-created_at');
  await page.goto(`${base}/customers/${first.id}?edit`);
  await page.locator('dialog').getByRole('button', { name: /还有|更多/ }).click();
  const guides = page.locator('dialog').getByTestId('guidance');
  await guides.first().waitFor();
  assert.equal(await guides.count(), 3);
  const anchor = guides.nth(1).getByRole('button').nth(2);
  const value = (await anchor.locator('b').innerText()).trim();
  await anchor.click();
  assert.equal(await page.locator('dialog [name=fit]').inputValue(), value);
  await anchor.scrollIntoViewIfNeeded();
  await check(page, 'guidance');
  await page.getByTestId('save').click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  assert.equal((await get(`/customers/${first.id}`)).fit, Number(value));
  await page.context().close();
});

test('a playbook becomes tasks of the customer', async () => {
  const page = await logIn(faces[0]);
  const { items } = await get('/cadence/due?limit=40');
  for (const { customer_id: id } of items) {
    if (!(await get(`/customers/${id}/scores`)).playbooks.length) continue;
    const before = (await get(`/tasks?customer_id=${id}&count=exact&limit=1`)).total;
    await page.goto(`${base}/customers/${id}`);
    await page.locator('[data-tab=scores]').click();
    await page.getByTestId('playbook').first().click();
    for (const deadline = Date.now() + 15_000; (await get(`/tasks?customer_id=${id}&count=exact&limit=1`)).total <= before;) assert.ok(Date.now() < deadline, 'no task was made');
    await page.context().close();
    return;
  }
  assert.fail('no customer of the list has a playbook that fits');
});
