// What every journey stands on: the browser, its four faces, and the checks that hold on every page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

// People, browsers and the organisation live in one time zone, wherever the machine stands: a day means the same to all.
process.env.TZ = 'Asia/Shanghai';
export const dayOf = date => `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;

export const base = process.env.FLYWHEEL_URL;
export const api = `${base}/api/v1`;
const out = fileURLToPath(new URL('../out/', import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// Each width is seen in each language and in each theme at least once.
export const faces = [
  { name: 'desktop-zh-light', viewport: { width: 1440, height: 900 }, locale: 'zh-CN', colorScheme: 'light' },
  { name: 'desktop-en-dark', viewport: { width: 1440, height: 900 }, locale: 'en-US', colorScheme: 'dark' },
  { name: 'phone-zh-dark', viewport: { width: 390, height: 844 }, locale: 'zh-CN', colorScheme: 'dark', isMobile: true, hasTouch: true },
  { name: 'phone-en-light', viewport: { width: 390, height: 844 }, locale: 'en-US', colorScheme: 'light', isMobile: true, hasTouch: true },
];

let shared;
export async function browser() {
  shared ??= await chromium.launch({
    executablePath: process.env.CHROMIUM,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  return shared;
}
export async function close() {
  await shared?.close();
  shared = undefined;
}

// A fresh page with one face; `page.faults` gathers what a user would never see but a console shows. A journey that takes
// the network away says in `page.forgiven` what the browser itself will say about that.
export async function open(face) {
  const { name, ...options } = face;
  const context = await (await browser()).newContext({ ...options, acceptDownloads: true });
  // Put in before the page's own scripts, where its content security policy does not reach.
  await context.addInitScript({ content: axeSource });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.faults = [];
  page.face = face;
  page.on('console', message => {
    // A wrong password or an expired session is a 401 on purpose; Chromium logs it all the same.
    if (message.type() === 'error' && !/status of 4(01|04|12|22)/.test(message.text())) page.faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', error => page.faults.push(`error: ${error}`));
  // The live stream never ends, so "network idle" would never come: all other requests are counted instead.
  page.waiting = new Set();
  page.on('request', request => { if (!request.url().endsWith('/stream')) page.waiting.add(request); });
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, request => page.waiting.delete(request));
  page.on('response', response => {
    // A response whose body nobody reads never counts as finished.
    page.waiting.delete(response.request());
    if (response.status() >= 500) page.faults.push(`${response.status()} ${response.url()}`);
  });
  return page;
}

// Goes to an address of the page: in the first face as a fresh load, in the others as by a link, which spares the browser to
// compile the page once more.
export async function visit(page, path) {
  if (page.face === faces[0]) return void await page.goto(base + path);
  await page.evaluate(to => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
}

// Waits until nothing has been asked for half a second.
export async function quiet(page) {
  const deadline = Date.now() + 20_000;
  for (let still = 0; still < 5; still = page.waiting.size ? 0 : still + 1) {
    assert.ok(Date.now() < deadline, `still loading: ${[...page.waiting].map(r => r.url())}`);
    await page.waitForTimeout(100);
  }
}

// Holds the rules of every page: nothing on the console, no serious finding of axe, nothing wider than the screen,
// no untranslated text; and keeps a picture.
export async function check(page, name) {
  await quiet(page);
  const file = `${page.face.name}-${name}`;
  await page.screenshot({ path: `${out}${file}.png` });
  assert.deepEqual(page.faults.filter(f => !page.forgiven?.test(f)), [], `${file}: faults`);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 1, `${file}: the page is ${overflow} pixels wider than the screen`);
  // What passes is not gathered and stays in the page: it takes as long again.
  const violations = await page.evaluate(async () => {
    const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    return (await window.axe.run(document, { runOnly, resultTypes: ['violations'] })).violations;
  });
  const serious = violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')}`);
  assert.deepEqual(serious, [], `${file}: axe`);
  const text = await page.evaluate(() => document.body.innerText);
  assert.doesNotMatch(text, /undefined|NaN|\[object|null\b/, `${file}: a value that is no value`);
}

// Looks until something is there, and answers it.
export async function until(what, look) {
  for (const deadline = Date.now() + 60_000; ;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < deadline, `never: ${what}`);
    await new Promise(wake => setTimeout(wake, 100));
  }
}

// Changes a record as it is at a version, past the page: somebody else does.
export async function change(path, version, patch, token) {
  const response = await fetch(api + path, {
    method: 'PATCH', body: JSON.stringify(patch),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'if-match': `"${version}"` },
  });
  assert.equal(response.status, 200, `PATCH ${path}`);
  return response.json();
}

export async function request(method, path, body, token, version) {
  const response = await fetch(api + path, {
    method,
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}), ...(version === undefined ? {} : { 'if-match': `"${version}"` }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : null;
}
