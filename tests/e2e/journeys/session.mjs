// Logging in as somebody of the demonstration company.
import { base, open, request } from './browser.mjs';

export const ADMIN = { email: 'admin@demo.flywheel.cn', password: 'Yunfan-2026-demo' };
export const token = async (who = ADMIN) => (await request('POST', '/auth/login', who)).access_token;

export async function logIn(face, who = ADMIN) {
  // The account's own language would win over the browser's.
  await request('PATCH', '/me', { locale: face.locale.startsWith('zh') ? 'zh-CN' : 'en' }, await token(who));
  const page = await open(face);
  await page.goto(`${base}/login`);
  await page.locator('[name=email]').fill(who.email);
  await page.locator('[name=password]').fill(who.password);
  await page.locator('button[type=submit]').click();
  await page.locator('#main').waitFor();
  return page;
}
