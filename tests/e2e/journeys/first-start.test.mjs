// A person starts the program for the first time, on an empty database.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { api, base, check, close, faces, open } from './browser.mjs';

after(close);

test('the first start offers the set-up page, on either screen and in either language', async () => {
  for (const face of faces) {
    const page = await open(face);
    await page.goto(base);
    await page.waitForURL('**/setup');
    assert.equal(await page.locator('html').getAttribute('lang'), face.locale.startsWith('zh') ? 'zh-CN' : 'en');
    await page.locator('button[type=submit]').click();
    await page.locator('[name=organisation][aria-invalid=true]').waitFor();
    await check(page, 'setup');
    await page.context().close();
  }
});

test('set-up makes the administrator, opens the empty product, and is over', async () => {
  const page = await open(faces[0]);
  await page.goto(base);
  await page.locator('[name=organisation]').fill('飞轮测试');
  await page.locator('[name=name]').fill('林晓');
  await page.locator('[name=email]').fill('lin@example.com');
  await page.locator('[name=password]').fill('Correct-Horse-9-Battery');
  await page.locator('button[type=submit]').click();
  await page.getByTestId('profile').waitFor();
  assert.match(await page.getByTestId('profile').innerText(), /林晓/);
  await check(page, 'empty-home');
  await page.goto(`${base}/customers`);
  await page.getByTestId('profile').waitFor();
  await check(page, 'empty-customers');
  await page.context().close();
  const { needed } = await (await fetch(`${api}/setup`)).json();
  assert.equal(needed, false);
});

test('a wrong password says so and a right one logs in', async () => {
  const page = await open(faces[3]);
  await page.goto(`${base}/login`);
  await page.locator('[name=email]').fill('lin@example.com');
  await page.locator('[name=password]').fill('wrong-password-1');
  await page.locator('button[type=submit]').click();
  await page.getByRole('alert').filter({ hasText: /\S/ }).first().waitFor();
  await check(page, 'login-wrong');
  await page.locator('[name=password]').fill('Correct-Horse-9-Battery');
  await page.locator('button[type=submit]').click();
  await page.getByTestId('menu').waitFor();
  await page.context().close();
});
