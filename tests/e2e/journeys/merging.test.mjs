// Merging duplicates: chosen in the list or from a record, values side by side, what moves along, and the way back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, check, close, faces, request, until } from './browser.mjs';
import { logIn, token as tokenOf } from './session.mjs';

let token;
before(async () => { token = await tokenOf(); });
after(close);

const get = path => request('GET', path, undefined, token);
const post = (path, body) => request('POST', path, body, token);

// Two records of one company, the second with a city, a person and a comment.
async function duplicates(name) {
  const kept = await post('/customers', { name: `${name}有限公司`, industry: '装备制造' });
  const gone = await post('/customers', { name: `${name}（苏州）有限公司`, city: '苏州', industry: '机械' });
  await post('/contacts', { name: '王采购', customer_id: gone.id });
  await post('/comments', { object: 'customers', record_id: gone.id, body: '注意账期' });
  return [kept, gone];
}

for (const face of faces) {
  test(`two records become one and two again: ${face.name}`, async () => {
    const [kept, gone] = await duplicates(`合并${face.name}`);
    const page = await logIn(face);
    await page.goto(`${base}/customers/${kept.id}`);
    await page.getByTestId('edit').waitFor();
    await page.locator('#main header button[aria-haspopup]').last().click();
    await page.getByRole('menuitem', { name: /与其他记录合并|Merge with others/ }).click();
    await page.locator('[name=merge-add]').fill(`合并${face.name}（苏州）`);
    await page.getByRole('option', { name: gone.name }).click();
    await page.getByTestId('merge-moves').waitFor();
    await page.getByTestId('merge-values').locator('[data-field=industry]').waitFor();
    await check(page, 'merge');
    await page.getByTestId('merge-values').locator('[data-field=industry] button').nth(1).click();
    await page.getByTestId('merge-do').click();
    // On a phone it stands in the tab of the fields.
    const fields = async () => { if (face.isMobile) await page.locator('[data-tab=details]').click(); };
    await page.getByTestId('merged-from').waitFor({ state: 'attached' });
    await fields();
    await page.getByTestId('merged-from').waitFor();
    const one = await get(`/customers/${kept.id}`);
    assert.deepEqual([one.industry, one.city], ['机械', '苏州']);
    await check(page, 'merged');
    // Whoever comes to the other one is shown the way.
    await page.goto(`${base}/customers/${gone.id}`);
    await page.getByTestId('merged-into').locator('a').click();
    await page.getByTestId('merged-from').waitFor({ state: 'attached' });
    await fields();
    await page.getByTestId('unmerge').click();
    await until('both are there', async () => !(await get(`/customers/${gone.id}`)).archived_at);
    assert.equal((await get(`/customers/${kept.id}`)).city, null);
    await page.context().close();
  });
}

test('duplicates chosen in the list are merged there, and the message takes it back', async () => {
  const [kept, gone] = await duplicates('列表合并');
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers?q=${encodeURIComponent('列表合并')}`);
  for (const { name } of [kept, gone]) await page.getByRole('checkbox', { name }).check();
  await page.getByTestId('bulk-merge').click();
  await page.getByTestId('merge-do').click();
  const undo = page.getByRole('button', { name: /撤销|Undo/ });
  await undo.waitFor();
  // The one that stands first in the list remains.
  const archived = async () => (await Promise.all([kept, gone].map(r => get(`/customers/${r.id}`)))).filter(r => r.archived_at).length;
  assert.equal(await archived(), 1);
  await undo.click();
  await until('both are there', async () => !await archived());
  await page.context().close();
});
