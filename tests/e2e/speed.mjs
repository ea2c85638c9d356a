// How fast the page is in a browser: rows cold and warm, from a key to other rows, scrolling, and how many requests wait for
// one another. FLYWHEEL_URL is a server with a large database, started by scripts/page-bench.sh. Prints figures beside their
// targets and tests nothing: what a browser measures depends on what else the machine does.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const base = process.env.FLYWHEEL_URL;
const email = process.env.FLYWHEEL_EMAIL ?? 'admin@example.com', password = process.env.FLYWHEEL_PASSWORD ?? 'Correct-Horse-9-Battery';
const LISTS = (process.env.LISTS ?? 'customers,opportunities,activities,tasks,contacts,orders').split(',');
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const ROW = '#main tr[data-id], #main li[data-id]';
const figures = [];

const sorted = list => [...list].sort((a, b) => a - b);
const median = list => sorted(list)[Math.floor((list.length - 1) / 2)];
const worst = list => Math.max(...list);
function print(name, list, unit, target) {
  const value = median(list), met = target === undefined ? '' : `at most ${target}: ${value <= target ? 'met' : 'MISSED'}`;
  const figure = { name, value, worst: worst(list), unit, at_most: target };
  figures.push(figure);
  console.log(`  ${name.padEnd(52)} ${value.toFixed(value < 10 ? 1 : 0).padStart(8)} ${unit.padEnd(6)} worst ${figure.worst.toFixed(0).padStart(6)}  ${met}`);
}

// Runs in the page. `shown()` is the moment of the frame in which rows other than `before` are there.
const watch = `
  window.__rows = () => [...document.querySelectorAll('${ROW}')].slice(0, 3).map(r => r.dataset.id).join();
  window.__shown = (before, wanted = () => true) => new Promise(go => {
    const look = () => { const now = window.__rows(); if (now && now !== before && wanted()) { seen.disconnect(); requestAnimationFrame(t => setTimeout(() => go(performance.now()))); return true; } };
    const seen = new MutationObserver(look);
    seen.observe(document, { subtree: true, childList: true, characterData: true });
    look();
  });
  performance.setResourceTimingBufferSize(5000);
  window.__cold = window.__shown('');
`;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, headless: true, args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const viewport = { width: 1440, height: 900 };

// A browser that has logged in; its answers and files are not kept.
async function visitor(more = {}) {
  const context = await browser.newContext({ viewport, locale: 'zh-CN', ...more });
  await context.addInitScript(watch);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(`${base}/login`);
  await page.locator('[name=email]').fill(email);
  await page.locator('[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.locator('#main').waitFor();
  return { context, page };
}

// What the page's main thread has done so far, in seconds of its own time: what else the machine does is not in it.
async function meter(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map(m => [m.name, m.value]));
}

// The longest chain of requests to the API of which each began when the one before had been answered, up to a moment.
const chain = (page, until) => page.evaluate(until => {
  const calls = performance.getEntriesByType('resource').filter(r => r.name.includes('/api/v1/') && !r.name.endsWith('/stream') && r.responseEnd <= until).sort((a, b) => a.startTime - b.startTime);
  const depth = calls.map(() => 1);
  calls.forEach((c, i) => calls.forEach((b, j) => { if (j < i && b.responseEnd <= c.startTime) depth[i] = Math.max(depth[i], depth[j] + 1); }));
  return { depth: Math.max(0, ...depth), calls: calls.map(c => `${c.name.split('/api/v1')[1].slice(0, 60)} ${c.startTime.toFixed(0)}-${c.responseEnd.toFixed(0)}`) };
}, until);

// A page that opens a list, with nothing in the browser's cache or kept by the service worker; the person is known.
async function opened(object, latency) {
  const { context, page } = await visitor();
  await page.waitForTimeout(1000);
  const session = await page.context().newCDPSession(page);
  await session.send('Network.clearBrowserCache');
  await session.send('Storage.clearDataForOrigin', { origin: base, storageTypes: 'service_workers,cache_storage' });
  if (latency) {
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', { offline: false, latency, downloadThroughput: -1, uploadThroughput: -1 });
  }
  await page.goto(`${base}/${object}`);
  const at = await page.evaluate(() => window.__cold);
  const waited = await chain(page, at);
  await context.close();
  return { at, ...waited };
}

async function cold(object) {
  const times = [];
  for (let i = 0; i < ROUNDS; i++) times.push((await opened(object, 0)).at);
  print(`${object}: first rows, nothing in the browser's cache`, times, 'ms', 1000);
  // Over a slow line, so that requests which wait for one another are told from such as merely came one after the other.
  const { depth, calls } = await opened(object, 300);
  if (process.env.VERBOSE) console.log(calls.join('\n'));
  print(`${object}: requests that wait for one another`, [depth], '', 2);
}

async function warm(page, object) {
  const times = [];
  for (let i = 0; i < ROUNDS + 1; i++) {
    await page.evaluate(() => document.querySelector('a[href="/"]').click());
    await page.waitForFunction(row => !document.querySelector(row), ROW);
    await page.waitForTimeout(400);
    const took = await page.evaluate(async object => {
      const from = performance.now();
      document.querySelector(`aside a[href="/${object}"]`).click();
      return await window.__shown('') - from;
    }, object);
    if (i > 0) times.push(took);
  }
  print(`${object}: from the click to the first rows`, times, 'ms', 200);
}

// From a key to the rows that it asks for.
async function typing(page, name, selector, text) {
  const times = [], work = [], busy = await meter(page);
  await page.locator(selector).first().focus();
  for (const key of text) {
    await page.evaluate(() => { window.__before = window.__rows(); window.__from = 0; addEventListener('input', () => { window.__from = performance.now(); }, { once: true, capture: true }); window.__next = window.__shown(window.__before); });
    const before = await busy();
    await page.keyboard.insertText(key);
    const took = await Promise.race([page.evaluate(async () => await window.__next - window.__from), new Promise(go => setTimeout(() => go(null), 3000))]);
    if (took !== null) {
      times.push(took);
      const after = await busy(), spent = name => (after[name] - before[name]) * 1000;
      work.push(spent('TaskDuration'));
      if (process.env.VERBOSE) {
        const answered = await page.evaluate(() => performance.getEntriesByType('resource').filter(r => r.startTime >= window.__from && r.name.includes('refs=true')).map(r => r.duration.toFixed(0)).join(' '));
        console.log(`    ${key}: ${took.toFixed(0)} ms, answered in ${answered}, program ${spent('ScriptDuration').toFixed(0)}, styles ${spent('RecalcStyleDuration').toFixed(0)}, layout ${spent('LayoutDuration').toFixed(0)}`);
      }
    }
    await page.waitForTimeout(350);
  }
  if (!times.length) return;
  print(name, times, 'ms', 150);
  print('  work of the page for it', work, 'ms');
}

// Rows until so many are loaded.
async function load(page, wanted) {
  await page.evaluate(async wanted => {
    const table = document.querySelector('#main [tabindex="-1"]:has(table)');
    for (const end = performance.now() + 120_000; performance.now() < end;) {
      if (Number(document.querySelector('#main table').getAttribute('aria-rowcount')) >= wanted) return;
      table.scrollTop = table.scrollHeight;
      await new Promise(go => setTimeout(go, 30));
    }
  }, wanted);
}

// Scrolls a third of a screen with every frame, as a wheel does, and looks at the frames.
async function scroll(page, rows) {
  await load(page, rows);
  const there = await page.evaluate(() => Number(document.querySelector('#main table').getAttribute('aria-rowcount')));
  const busy = await meter(page);
  const before = await busy();
  const frames = await page.evaluate(() => new Promise(go => {
    const table = document.querySelector('#main [tabindex="-1"]:has(table)'), frames = [];
    table.scrollTop = 0;
    let last;
    const step = now => {
      if (last) frames.push(now - last);
      last = now;
      table.scrollTop += 240;
      if (frames.length >= 400) go(frames); else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }));
  const after = await busy();
  const perFrame = name => (after[name] - before[name]) * 1000 / frames.length;
  print(`scrolling ${there} rows: from frame to frame`, frames, 'ms', 17);
  print('  the slowest frame in twenty', [sorted(frames)[Math.floor(frames.length * 0.95)]], 'ms', 17.5);
  print('  work of the page for a frame', [perFrame('TaskDuration')], 'ms', 16);
  print('  of it the program / styles and layout', [perFrame('ScriptDuration')], 'ms');
  print('', [perFrame('RecalcStyleDuration') + perFrame('LayoutDuration')], 'ms');
}

try {
  console.log(`the page at ${base}, load ${readFileSync('/proc/loadavg', 'utf8').split(' ')[0]}`);
  if (!process.env.ONLY || process.env.ONLY.includes('cold')) for (const object of LISTS) await cold(object);
  const { context, page } = await visitor();
  if (!process.env.ONLY || process.env.ONLY.includes('warm')) {
    await page.waitForTimeout(6000);
    for (const object of LISTS) await warm(page, object);
  }
  await page.goto(`${base}/customers`);
  await page.evaluate(() => window.__cold);
  await page.waitForTimeout(6000);
  if (!process.env.ONLY || process.env.ONLY.includes('typing')) {
    await typing(page, 'customers: from a key in the search to other rows', '#list-search', '华星软件');
    await page.locator('#list-search').fill('');
    await page.waitForTimeout(1000);
    await typing(page, 'customers: pinyin', '#list-search', 'xinch');
    await page.locator('#list-search').fill('');
    await page.waitForTimeout(1000);
    await page.goto(`${base}/customers?filter=${encodeURIComponent(JSON.stringify({ all: [{ field: 'name', op: 'contains', value: '华' }] }))}`);
    await page.evaluate(() => window.__cold);
    await page.waitForTimeout(3000);
    await page.locator('#main button:has-text("筛选")').first().click();
    await page.locator('#main [name=value]').first().waitFor();
    await page.locator('#main [name=value]').first().press('End');
    await typing(page, 'customers: from a key in a filter to other rows', '#main [name=value]', '星软件');
  }
  if (!process.env.ONLY || process.env.ONLY.includes('scroll')) {
    await page.goto(`${base}/customers`);
    await page.evaluate(() => window.__cold);
    await scroll(page, 10_000);
  }
  await context.close();
} finally {
  await browser.close();
}
console.log(JSON.stringify({ page: figures }));
