// The workbench, the calendar, the reports and one's own settings.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { base, check, close, dayOf, faces, request } from './browser.mjs';
import { ADMIN, logIn } from './session.mjs';

// The pages show the organisation's time, wherever a browser is.
process.env.TZ = 'Asia/Shanghai';
let token, me;

before(async () => {
  ({ access_token: token, me } = await request('POST', '/auth/login', ADMIN));
});
after(close);

const task = (title, due_at) => request('POST', '/tasks', { title, due_at, owner_id: me.id, priority: 'high' }, token);
const read = (object, id) => request('GET', `/${object}/${id}`, undefined, token);
const day = offset => new Date(Date.now() + offset * 86_400_000);
async function until(what, holds) {
  const deadline = Date.now() + 15_000;
  while (!(await holds())) assert.ok(Date.now() < deadline, what);
}

for (const face of faces) {
  test(`the desk is whole: ${face.name}`, async () => {
    await task(`逾期任务 ${face.name}`, day(-2).toISOString());
    const page = await logIn(face);
    await page.getByTestId('my-tasks').getByText(`逾期任务 ${face.name}`).first().waitFor();
    await check(page, 'workbench');
    for (const view of ['month', 'week', 'agenda']) {
      await page.goto(`${base}/calendar?view=${view}&who=all`);
      await page.locator('[data-entry]').first().waitFor({ state: 'attached' });
      await check(page, `calendar-${view}`);
    }
    for (const report of ['funnel', 'forecast', 'figures', 'rfm']) {
      await page.goto(`${base}/reports/${report}`);
      await page.getByTestId('csv').waitFor();
      await check(page, `report-${report}`);
    }
    await page.goto(`${base}/settings/profile`);
    await page.locator('[name=theme]').waitFor();
    await check(page, 'profile');
    await page.context().close();
  });
}

test('a task is finished with one click and taken back with another', async () => {
  const { id } = await task('回访张江科技', day(-1).toISOString());
  const page = await logIn(faces[0]);
  const row = page.getByTestId('my-tasks').getByText('回访张江科技');
  await row.waitFor();
  await page.getByRole('button', { name: '完成「回访张江科技」' }).click();
  await row.waitFor({ state: 'detached' });
  await until('the task is not done', async () => (await read('tasks', id)).status === 'done');
  await page.getByRole('button', { name: '撤销' }).click();
  await row.waitFor();
  await until('the task is not open again', async () => (await read('tasks', id)).status === 'open');
  await page.context().close();
});

test('a task is put off until tomorrow morning', async () => {
  const { id } = await task('寄送样品', day(-1).toISOString());
  const page = await logIn(faces[3]);
  await page.getByRole('button', { name: 'Put off “寄送样品”' }).click();
  await page.getByRole('menuitem', { name: 'Tomorrow at 9' }).click();
  await until('the task is not put off', async () => dayOf(new Date((await read('tasks', id)).due_at)) === dayOf(day(1)));
  await page.context().close();
});

test('a figure tells the period before and opens its explanation', async () => {
  const page = await logIn(faces[0]);
  await page.getByTestId('kpi-won_value').getByText(/上期/).waitFor();
  await page.getByTestId('kpi-won_value').click();
  await page.getByRole('dialog').getByText('计算口径').waitFor();
  await page.context().close();
});

test('a record that was opened is on the workbench to go on with', async () => {
  const { items: [customer] } = await request('GET', '/customers?limit=1', undefined, token);
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers/${customer.id}`);
  await page.getByRole('heading', { name: customer.name }).first().waitFor();
  await page.goto(base);
  await page.locator('#main').getByRole('link', { name: customer.name }).first().click();
  await page.waitForURL(`**/customers/${customer.id}`);
  await page.context().close();
});

test('a click on a day makes a task there, and it moves to another day without dragging', async () => {
  const page = await logIn(faces[0]);
  const at = dayOf(day(0));
  await page.goto(`${base}/calendar?view=month&at=${at}`);
  await page.getByRole('button', { name: `在 ${at} 新建` }).click();
  await page.getByTestId('day-tasks').click();
  await page.locator('dialog [name=title]').fill('月度回顾会准备');
  await page.keyboard.press('Control+Enter');
  const entry = page.locator('[data-entry]', { hasText: '月度回顾会准备' }).first();
  await until('the entry does not come', async () => {
    await page.getByRole('button', { name: '记跟进' }).waitFor();
    return (await request('GET', `/tasks?limit=1&q=${encodeURIComponent('月度回顾会准备')}`, undefined, token)).items.length === 1;
  });
  const { items: [made] } = await request('GET', `/tasks?limit=1&q=${encodeURIComponent('月度回顾会准备')}`, undefined, token);
  assert.equal(dayOf(new Date(made.due_at)), at);
  await page.goto(`${base}/calendar?view=agenda&at=${at}`);
  await entry.click();
  await page.locator('dialog [name=move]').fill(dayOf(day(2)));
  await until('the task does not move', async () => dayOf(new Date((await read('tasks', made.id)).due_at)) === dayOf(day(2)));
  assert.equal(new Date((await read('tasks', made.id)).due_at).getHours(), new Date(made.due_at).getHours(), 'the time of day stays');
  await page.context().close();
});

test('an entry is dragged to another day', async () => {
  const base_day = day(0);
  base_day.setHours(9, 0, 0, 0);
  const { id } = await task('拖动的任务', base_day.toISOString());
  const page = await logIn(faces[0]);
  const monday = new Date(base_day);
  monday.setDate(monday.getDate() - ((monday.getDay() + 6) % 7));
  const target = dayOf(monday) === dayOf(base_day) ? dayOf(new Date(monday.getTime() + 86_400_000)) : dayOf(monday);
  await page.goto(`${base}/calendar?view=week&at=${dayOf(base_day)}`);
  await page.locator(`[data-entry="${id}"]`).first().waitFor();
  await page.locator(`[data-entry="${id}"]`).first().dragTo(page.locator(`[data-day="${target}"]`));
  await until('the task is not moved', async () => dayOf(new Date((await read('tasks', id)).due_at)) === target);
  await page.context().close();
});

test('a report compares, opens the records behind a number, and goes into a file and a picture', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/reports/figures?metric=won_value&group=team&span=12m`);
  const table = page.getByTestId('report-table');
  await table.getByText('上期').waitFor();
  const shown = await table.locator('tbody tr').first().locator('td').allInnerTexts();
  const [csv] = await Promise.all([page.waitForEvent('download'), page.getByTestId('csv').click()]);
  const text = readFileSync(await csv.path(), 'utf8');
  assert.ok(text.startsWith('\ufeff按团队,本期,上期,变化,记录数\r\n'), text.slice(0, 60));
  assert.equal(text.split('\r\n')[1].split(',')[0], shown[0]);
  assert.match(text.split('\r\n')[1].split(',')[1], /^\d+(\.\d+)?$/, 'a plain number');
  await page.locator('canvas').first().waitFor();
  const [png] = await Promise.all([page.waitForEvent('download'), page.getByTestId('png').click()]);
  assert.deepEqual([...readFileSync(await png.path()).subarray(1, 4)], [...Buffer.from('PNG')]);
  await page.getByRole('switch', { name: '对比上期' }).click();
  await table.getByText('上期').waitFor({ state: 'detached' });
  assert.match(page.url(), /compare=no/);
  await table.locator('tbody a').first().click();
  await page.waitForURL('**/opportunities?**');
  await page.getByTestId('total').waitFor();
  await page.context().close();
});

test('a report prints without the navigation around it', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/reports/funnel`);
  await page.getByTestId('report-table').waitFor();
  await page.emulateMedia({ media: 'print' });
  await page.getByRole('navigation').first().waitFor({ state: 'hidden' });
  assert.ok(await page.getByTestId('report-table').isVisible());
  await page.context().close();
});

test('a part of the navigation is folded away by keyboard and stays so', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/reports`);
  const heading = page.getByRole('button', { name: '增长飞轮' });
  const link = page.getByRole('link', { name: '飞轮总览' });
  await link.waitFor();
  await heading.focus();
  await page.keyboard.press('Enter');
  await link.waitFor({ state: 'hidden' });
  await page.reload();
  await heading.waitFor();
  assert.equal(await heading.getAttribute('aria-expanded'), 'false');
  assert.ok(await link.isHidden());
  assert.equal(await heading.getAttribute('aria-current'), null);
  await check(page, 'navigation-folded');
  await page.goto(`${base}/flywheel`);
  await page.locator('nav [aria-current=true]').waitFor();
  assert.equal(await heading.getAttribute('aria-current'), 'true');
  await heading.click();
  await link.waitFor();
  await page.context().close();
});

test('theme and language are chosen in the profile and kept', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/settings/profile`);
  await page.locator('[name=theme]').selectOption('dark');
  await page.locator('html[data-theme=crm-dark]').waitFor();
  await page.locator('[name=language]').selectOption('en');
  await page.locator('html[lang=en]').waitFor();
  await until('the account does not know', async () => (await request('GET', '/me', undefined, token)).locale === 'en');
  await page.reload();
  await page.locator('html[lang=en][data-theme=crm-dark]').waitFor();
  await page.context().close();
});

test('the calendar shows when deals are expected to close, and moves them', async () => {
  const { items: [customer] } = await request('GET', '/customers?limit=1', undefined, token);
  const name = `预计成交 ${Date.now()}`;
  const deal = await request('POST', '/opportunities', { name, customer_id: customer.id, owner_id: me.id, amount_minor: 12_345_600, expected_close_on: dayOf(day(0)) }, token);
  const page = await logIn(faces[0]);
  for (const view of ['month', 'week']) {
    await page.goto(`${base}/calendar?view=${view}&at=${dayOf(day(0))}`);
    await page.locator(`[data-entry="${deal.id}"]`).first().waitFor({ state: 'attached' });
  }
  await check(page, 'calendar-deals');
  await page.goto(`${base}/calendar?view=agenda&at=${dayOf(day(0))}`);
  await page.locator(`[data-entry="${deal.id}"]`).click();
  await page.getByRole('dialog').getByText('¥12.3万').waitFor();
  await page.locator('dialog [name=move]').fill(dayOf(day(3)));
  await until('the day does not move', async () => (await read('opportunities', deal.id)).expected_close_on === dayOf(day(3)));
  await page.getByLabel('预计成交').uncheck();
  await page.locator(`[data-entry="${deal.id}"]`).waitFor({ state: 'detached' });
  await page.context().close();
});

test('times and days are those of the organisation, wherever the browser is', async () => {
  const due_at = new Date(Date.now() + 3 * 86_400_000);
  due_at.setUTCHours(16, 30, 0, 0);
  const made = await task(`时区 ${Date.now()}`, due_at.toISOString());
  // In Shanghai that is half past midnight of the next day, in New York noon of the day.
  const shanghai = new Date(due_at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
  const page = await logIn({ ...faces[0], timezoneId: 'America/New_York' });
  await page.goto(`${base}/calendar?view=month&at=${shanghai}`);
  await page.locator(`[data-day="${shanghai}"] [data-entry="${made.id}"]`).waitFor({ state: 'attached' });
  await page.goto(`${base}/tasks/${made.id}`);
  await page.locator(`#main time[datetime="${made.due_at}"]`).first().waitFor();
  assert.match(await page.locator(`#main time[datetime="${made.due_at}"]`).first().getAttribute('title'), new RegExp(`${shanghai} 00:30`));
  await page.goto(`${base}/tasks/${made.id}?edit=1`);
  assert.equal(await page.locator('dialog [name=due_at]').inputValue(), `${shanghai}T00:30`);
  await page.locator('dialog [name=due_at]').fill(`${shanghai}T09:15`);
  await page.locator('dialog [name=due_at]').press('Control+Enter');
  await until('the time is not that of Shanghai', async () => (await read('tasks', made.id)).due_at.startsWith(`${shanghai}T01:15`));
  await page.locator('dialog').waitFor({ state: 'detached' });
  // The organisation moves: everybody's page follows.
  await page.goto(`${base}/settings/organisation`);
  await page.locator('[name=timezone]').selectOption('Europe/Berlin');
  await page.locator('#main form', { has: page.locator('[name=timezone]') }).locator('button[type=submit]').click();
  await page.getByText('已保存').waitFor();
  try {
    await page.goto(`${base}/tasks/${made.id}?edit=1`);
    await page.locator('dialog [name=due_at]').waitFor();
    const winter = new Date(`${shanghai}T12:00:00Z`).toLocaleString('en', { timeZone: 'Europe/Berlin', hour: 'numeric', hour12: false });
    const ahead = Number(winter) - 12;
    assert.equal(await page.locator('dialog [name=due_at]').inputValue(), `${shanghai}T${String(1 + ahead).padStart(2, '0')}:15`);
  } finally {
    const { version } = await request('GET', '/organisation', undefined, token);
    await request('PATCH', '/organisation', { timezone: 'Asia/Shanghai' }, token, version);
  }
  await page.context().close();
});
