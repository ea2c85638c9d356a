// Comments and files on the page of a record.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, check, close, faces, request } from './browser.mjs';
import { logIn, token as tokenOf } from './session.mjs';

let token, customer;
before(async () => {
  token = await tokenOf();
  customer = (await request('GET', '/customers?limit=1', undefined, token)).items[0];
});
after(close);

const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');

for (const face of faces) {
  test(`a comment is posted and a picture attached, and both stand in the timeline: ${face.name}`, async () => {
    const page = await logIn(face);
    const said = `客户下周三来厂（${face.name}）`;
    await page.goto(`${base}/customers/${customer.id}`);
    await page.locator('[data-tab=talk]').click();
    await page.getByTestId('comment').fill(said);
    await page.getByTestId('comment-send').click();
    await page.getByTestId('comments').getByText(said).waitFor();
    await page.getByTestId('attach').setInputFiles({ name: `图纸-${face.name}.png`, mimeType: 'image/png', buffer: PIXEL });
    await page.getByTestId('attachments').getByText(`图纸-${face.name}.png`).waitFor();
    await page.getByTestId('attachments').locator('img').first().waitFor();
    await check(page, 'talk');
    await page.locator('[data-tab=timeline]').click();
    await page.getByTestId('timeline').getByText(said).first().waitFor();
    await page.context().close();
  });
}

// The smallest PDF with a line of text in it.
const PDF = Buffer.from(`%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length 44>>stream
BT /F1 24 Tf 40 100 Td (Contract 2026) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
`);

test('a contract in PDF is looked at without being saved', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers/${customer.id}`);
  await page.locator('[data-tab=talk]').click();
  await page.getByTestId('attach').setInputFiles({ name: '合同.pdf', mimeType: 'application/pdf', buffer: PDF });
  const row = page.getByTestId('attachments').locator('li').filter({ hasText: '合同.pdf' });
  await row.waitFor();
  assert.equal(await row.locator('img').count(), 0);
  const [content] = await Promise.all([page.waitForResponse(/attachments\/[^/]+\/content/), row.getByTestId('preview').click()]);
  assert.equal(content.headers()['content-type'], 'application/pdf');
  const frame = page.locator('dialog iframe[title="合同.pdf"]');
  await frame.waitFor();
  assert.match(await frame.getAttribute('src'), /^blob:/);
  await page.waitForTimeout(1000);
  await check(page, 'file-pdf');
  await page.context().close();
});

test('an author changes what was said; others see that it was changed, and the timeline shows both', async () => {
  const page = await logIn(faces[0]);
  const said = `下周三来厂 ${Date.now()}`;
  const { items: [own] } = await request('GET', '/customers?limit=1&sort=name', undefined, token);
  await request('POST', '/comments', { object: 'customers', record_id: own.id, body: said }, token);
  await page.goto(`${base}/customers/${own.id}`);
  await page.locator('[data-tab=talk]').click();
  const comment = page.getByTestId('said').filter({ hasText: said });
  await comment.getByTestId('comment-edit').click();
  assert.equal(await page.getByTestId('comment-words').evaluate(e => e === document.activeElement), true, 'the box has the focus');
  await page.getByTestId('comment-words').press('Escape');
  await comment.getByTestId('edited').waitFor({ state: 'detached' });
  await comment.getByTestId('comment-edit').click();
  await page.getByTestId('comment-words').fill(`${said}，改到周四`);
  await page.getByTestId('comment-words').press('Control+Enter');
  const changed = page.getByTestId('said').filter({ hasText: '改到周四' });
  await changed.getByTestId('edited').waitFor();
  await check(page, 'comment-edited');
  await page.locator('[data-tab=timeline]').click();
  const entry = page.getByTestId('timeline').locator('li').filter({ hasText: '修改了讨论' }).first();
  assert.match(await entry.innerText(), new RegExp(`${said}[^]*→[^]*改到周四`));
  await page.context().close();
});

test('an upload shows how far it is and can be given up, and one that fails says why', async () => {
  const page = await logIn(faces[0]);
  page.forgiven = /net::ERR_/;
  await page.goto(`${base}/customers/${customer.id}`);
  await page.locator('[data-tab=talk]').click();
  let held;
  const asked = new Promise(go => { held = go; });
  await page.route('**/api/v1/attachments?*', async route => {
    if (route.request().method() !== 'POST') return route.continue();
    held(route);
  });
  await page.getByTestId('attach').setInputFiles({ name: '半途而废.png', mimeType: 'image/png', buffer: PIXEL });
  const line = page.getByTestId('uploads').locator('li');
  await line.locator('progress').waitFor();
  await asked;
  await line.getByRole('button').click();
  await line.waitFor({ state: 'detached' });
  await page.unroute('**/api/v1/attachments?*');
  const { items } = await request('GET', `/attachments?object=customers&record_id=${customer.id}&limit=200`, undefined, token);
  assert.ok(!items.some(f => f.name === '半途而废.png'));
  await page.route('**/api/v1/attachments?*', route => (route.request().method() === 'POST' ? route.abort('connectionreset') : route.continue()));
  await page.getByTestId('attach').setInputFiles({ name: '断线.png', mimeType: 'image/png', buffer: PIXEL });
  await line.getByRole('alert').waitFor();
  await page.unroute('**/api/v1/attachments?*');
  await page.context().close();
});

test('a file that is too large is refused before it is sent', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers/${customer.id}`);
  await page.locator('[data-tab=talk]').click();
  let sent = 0;
  page.on('request', r => { if (r.method() === 'POST' && r.url().includes('/attachments')) sent++; });
  await page.evaluate(() => {
    const input = document.querySelector('[data-testid=attach]');
    const files = new DataTransfer();
    files.items.add(new File([new Uint8Array(52_428_801)], 'film.mp4'));
    input.files = files.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
  await page.getByText(/50 MB/).last().waitFor();
  assert.equal(sent, 0);
  await page.context().close();
});

test('comments beyond the first page are read on', async () => {
  const { id } = await request('POST', '/customers', { name: `多评论客户${Date.now()}` }, token);
  for (let i = 0; i < 31; i++) await request('POST', '/comments', { object: 'customers', record_id: id, body: `第 ${i} 条评论。` }, token);
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers/${id}`);
  await page.locator('[data-tab=talk]').click();
  const list = page.getByTestId('comments');
  await list.getByText('第 30 条评论。').waitFor();
  assert.equal(await list.getByText('第 0 条评论。').count(), 0);
  await page.getByRole('button', { name: '加载更多' }).click();
  await list.getByText('第 0 条评论。').waitFor();
  await page.context().close();
});
