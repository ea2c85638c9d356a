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
