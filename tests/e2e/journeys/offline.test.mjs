// Without a network: the shell opens, what was read stays readable, what is written waits and is sent exactly once.
import assert from 'node:assert/strict';
import http from 'node:http';
import { createServer, connect } from 'node:net';
import { after, before, test } from 'node:test';
import { base, check, close, faces, open, request } from './browser.mjs';
import { ADMIN, token as tokenOf } from './session.mjs';

let token, me, line;

// A line to the server that can be cut: what the browser sees then is a server that is not there.
async function makeLine() {
  const target = new URL(base), sockets = new Set();
  const server = createServer(from => {
    const to = connect(Number(target.port), target.hostname);
    for (const s of [from, to]) {
      sockets.add(s);
      s.on('error', () => {}).on('close', () => { sockets.delete(s); from.destroy(); to.destroy(); });
    }
    from.pipe(to).pipe(from);
  });
  const listen = port => new Promise(go => server.listen(port, '127.0.0.1', go));
  await listen(0);
  const { port } = server.address();
  return {
    base: `http://127.0.0.1:${port}`,
    cut: () => new Promise(go => { if (!server.listening) return go(); server.close(go); for (const s of sockets) s.destroy(); }),
    mend: () => server.listening || listen(port),
  };
}

before(async () => {
  ({ access_token: token, me } = await request('POST', '/auth/login', ADMIN));
  line = await makeLine();
});
after(async () => {
  await close();
  await line.cut();
});

const get = path => request('GET', path, undefined, token);
const named = async (object, field, value) => (await get(`/${object}?limit=5&count=exact&filter=${encodeURIComponent(JSON.stringify({ field, op: 'eq', value }))}`)).items;
const until = async (holds, what) => {
  for (const deadline = Date.now() + 30_000; !(await holds());) {
    assert.ok(Date.now() < deadline, what);
    await new Promise(go => setTimeout(go, 100));
  }
};

async function logIn(face, at = base, who = ADMIN) {
  await request('PATCH', '/me', { locale: face.locale.startsWith('zh') ? 'zh-CN' : 'en' }, await tokenOf(who));
  const page = await open(face);
  page.forgiven = /net::ERR_|Failed to fetch/;
  await page.goto(`${at}/login`);
  await page.locator('[name=email]').fill(who.email);
  await page.locator('[name=password]').fill(who.password);
  await page.locator('button[type=submit]').click();
  await page.locator('#main').waitFor();
  return page;
}

// An answer has been written to the disk.
const kept = (page, path) => until(() => page.evaluate(path => new Promise(go => {
  const r = indexedDB.open('flywheel', 1);
  r.onsuccess = () => {
    const keys = r.result.transaction('seen').objectStore('seen').getAllKeys();
    keys.onsuccess = () => { r.result.close(); go(keys.result.some(k => k[1].includes(path))); };
  };
}), path), `${path} is kept`);

// The service worker has everything and is in charge.
const ready = page => page.evaluate(async () => {
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) await new Promise(go => navigator.serviceWorker.addEventListener('controllerchange', go, { once: true }));
});
test('the page can be installed: manifest, icons, and a service worker that is never kept by caches', async () => {
  const html = await (await fetch(base)).text();
  const manifest = await fetch(base + html.match(/rel="manifest" href="([^"]+)"/)[1]);
  assert.match(manifest.headers.get('content-type'), /application\/manifest\+json/);
  const { icons, start_url, display } = await manifest.json();
  assert.deepEqual([start_url, display], ['/', 'standalone']);
  for (const size of ['192x192', '512x512']) {
    const icon = icons.find(i => i.sizes === size);
    const answer = await fetch(base + icon.src);
    assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'image/png'], icon.src);
  }
  assert.ok(icons.some(i => i.purpose === 'maskable'));
  const worker = await fetch(`${base}/sw.js`);
  assert.match(worker.headers.get('content-type'), /javascript/);
  assert.equal(worker.headers.get('cache-control'), 'no-cache');
  const version = html.match(/name="flywheel-version" content="([^"]+)"/)[1];
  assert.ok((await worker.text()).includes(version), 'the worker is that of the page');
});

for (const face of [faces[0], faces[3]]) {
  test(`with the server gone the shell opens, lists and records are read, and a visit is written down: ${face.name}`, async () => {
    await line.mend();
    const page = await logIn(face, line.base);
    const { items: [customer] } = await get('/customers?limit=1');
    await page.goto(`${line.base}/customers`);
    await page.getByText(customer.name).filter({ visible: true }).first().waitFor();
    await kept(page, '/customers?refs');
    await page.goto(`${line.base}/customers/${customer.id}`);
    await page.getByRole('heading', { name: customer.name }).first().waitFor();
    await kept(page, `/customers/${customer.id}?refs`);
    await page.goto(`${line.base}/activities`);
    await page.getByTestId('total').waitFor();
    await kept(page, '/activities?refs');
    await ready(page);
    await line.cut();
    await page.reload();
    await page.getByTestId('away').waitFor();
    await page.goto(`${line.base}/customers`);
    await page.getByText(customer.name).filter({ visible: true }).first().waitFor();
    await page.getByTestId('away').getByText(face.locale.startsWith('zh') ? /读到的内容/ : /this was read/).waitFor();
      await check(page, 'offline-list');
    await page.goto(`${line.base}/customers/${customer.id}`);
    await page.getByRole('heading', { name: customer.name }).first().waitFor();
    await page.goto(`${line.base}/activities?new=1`);
    const subject = `离线拜访 ${face.name} ${Date.now()}`;
    await page.locator('dialog [name=kind]').selectOption('visit');
    await page.locator('dialog [name=subject]').fill(subject);
    await page.locator('dialog [name=subject]').press('Control+Enter');
    await page.locator('dialog').waitFor({ state: 'detached' });
    await page.getByTestId('outbox').getByText('1').waitFor();
    await page.getByTestId('waiting-rows').getByText(subject).waitFor();
    await page.reload();
    await page.getByTestId('waiting-rows').getByText(subject).waitFor();
    await check(page, 'waiting-in-list');
    await page.getByTestId('outbox').getByText('1').click();
    await page.getByTestId('outbox-list').getByText(subject).waitFor();
      await check(page, 'outbox');
    assert.equal((await named('activities', 'subject', subject)).length, 0);
    await line.mend();
    await page.getByTestId('outbox').waitFor({ state: 'detached', timeout: 45_000 });
    await page.getByTestId('away').waitFor({ state: 'detached' });
    assert.equal((await named('activities', 'subject', subject)).length, 1, 'sent once');
    await page.context().close();
  });
}

test('a visit whose answer was lost is not written twice', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/activities?new=1`);
  const subject = `答复丢失 ${Date.now()}`;
  await page.locator('dialog [name=kind]').selectOption('call');
  await page.locator('dialog [name=subject]').fill(subject);
  const keys = [];
  // The server carries it out, the network loses the answer.
  await page.route('**/api/v1/activities', async route => {
    if (route.request().method() !== 'POST') return route.continue();
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length > 1) return route.continue();
    await route.fetch();
    return route.abort('connectionreset');
  });
  await page.locator('dialog [name=subject]').press('Control+Enter');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await until(() => keys.length > 1, 'it was sent again');
  await page.getByTestId('outbox').waitFor({ state: 'detached' });
  assert.equal(keys[0], keys[1]);
  assert.equal((await named('activities', 'subject', subject)).length, 1);
  await page.context().close();
});

test('a visit of the quick drawer waits for the network and is written once with its moment, also when the answer was lost', async () => {
  const { items: [customer] } = await get('/customers?grade=A&limit=1');
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers/${customer.id}`);
  await page.locator('[data-tab=scores]').click();
  await page.getByTestId('log-visit').click();
  const subject = `快速记录 ${Date.now()}`;
  await page.locator('dialog [name=subject]').fill(subject);
  const sent = [];
  let refuse = true;
  await page.route('**/api/v1/activities', async route => {
    if (route.request().method() !== 'POST') return route.continue();
    sent.push({ key: route.request().headers()['idempotency-key'], at: route.request().postDataJSON().occurred_at });
    if (refuse) return route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify({ title: '无效', detail: '稍后再试', code: 'invalid', status: 422, errors: [], request_id: '01a2b3c5' }) });
    if (sent.length > 2) return route.continue();
    await route.fetch();
    return route.abort('connectionreset');
  });
  await page.getByTestId('visit-save').click();
  await page.locator('dialog [role=alert]').getByText('稍后再试').waitFor();
  assert.equal(await page.locator('dialog [name=subject]').inputValue(), subject);
  refuse = false;
  await page.getByTestId('visit-save').click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  await until(() => sent.length > 2, 'it was sent again');
  await page.getByTestId('outbox').waitFor({ state: 'detached' });
  assert.deepEqual(sent.slice(1), [sent[0], sent[0]]);
  assert.equal((await named('activities', 'subject', subject)).length, 1);
  await page.context().close();
});

test('a form that is saved again after a lost answer makes one record', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers?new=1`);
  const name = `断网保存${Date.now()}`;
  await page.locator('dialog [name=name]').fill(name);
  let first = true;
  await page.route('**/api/v1/customers', async route => {
    if (route.request().method() !== 'POST' || !first) return route.continue();
    first = false;
    await route.fetch();
    return route.abort('connectionreset');
  });
  await page.locator('dialog [name=name]').press('Control+Enter');
  await page.locator('dialog [role=alert]').first().waitFor();
  assert.equal(await page.locator('dialog [name=name]').inputValue(), name, 'nothing typed is lost');
  await check(page, 'save-lost');
  await page.locator('dialog [name=name]').press('Control+Enter');
  await page.locator('dialog').waitFor({ state: 'detached' });
  assert.equal((await named('customers', 'name', name)).length, 1);
  await page.context().close();
});

test('what the server refuses stays in the queue with the reason, and is tried again or discarded', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/activities?new=1`);
  const subject = `被拒绝 ${Date.now()}`;
  await page.locator('dialog [name=kind]').selectOption('call');
  await page.locator('dialog [name=subject]').fill(subject);
  await page.context().setOffline(true);
  await page.locator('dialog [name=subject]').press('Control+Enter');
  await page.getByTestId('outbox').getByText('1').waitFor();
  let refuse = true;
  await page.route('**/api/v1/activities', route => route.request().method() === 'POST' && refuse
    ? route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify({ title: '无效', detail: '主题不能包含这个词', code: 'invalid', status: 422, errors: [], request_id: '01a2b3c4' }) })
    : route.continue());
  await page.context().setOffline(false);
  await page.getByTestId('outbox').click();
  const row = page.getByTestId('outbox-list').locator('li', { hasText: subject });
  await row.getByText('主题不能包含这个词').waitFor();
  await row.getByText('01a2b3c4').waitFor();
  await check(page, 'outbox-refused');
  refuse = false;
  await row.getByRole('button', { name: '重试' }).click();
  await row.waitFor({ state: 'detached' });
  assert.equal((await named('activities', 'subject', subject)).length, 1);
  await page.context().close();
});

test('a task is finished without a network, and a comment written', async () => {
  const title = `离线完成 ${Date.now()}`;
  const task = await request('POST', '/tasks', { title, due_at: new Date(Date.now() - 3_600_000).toISOString(), owner_id: me.id }, token);
  const { items: [customer] } = await get('/customers?limit=1');
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers/${customer.id}`);
  await page.locator('[data-tab=talk]').click();
  await page.getByTestId('comment').fill(title);
  await page.context().setOffline(true);
  await page.getByTestId('comment-send').click();
  await page.getByTestId('outbox').getByText('1').waitFor();
  await page.context().setOffline(false);
  await page.getByTestId('comments').getByText(title).waitFor();
  await page.getByTestId('outbox').waitFor({ state: 'detached' });
  await page.goto(base);
  const finish = page.getByRole('button', { name: `完成「${title}」` });
  await finish.waitFor();
  await page.context().setOffline(true);
  await finish.click();
  await page.getByTestId('outbox').getByText('1').waitFor();
  await page.context().setOffline(false);
  await until(async () => (await get(`/tasks/${task.id}`)).status === 'done', 'the task is done');
  await page.context().close();
});

test('what one person read is gone after they log out, and nobody else ever sees it', async () => {
  const page = await logIn(faces[0]);
  await page.goto(`${base}/customers`);
  await page.getByTestId('total').waitFor();
  await ready(page);
  const seen = () => page.evaluate(() => new Promise(go => {
    const r = indexedDB.open('flywheel', 1);
    r.onsuccess = () => {
      const all = r.result.transaction(['seen', 'person']), keys = all.objectStore('seen').getAllKeys(), person = all.objectStore('person').count();
      all.oncomplete = () => { r.result.close(); go(keys.result.length + person.result); };
    };
  }));
  await until(async () => await seen() > 3, 'something was kept');
  await page.getByTestId('profile').getByRole('button').first().click();
  await page.getByRole('menuitem', { name: '退出登录' }).click();
  await page.locator('[name=password]').waitFor();
  await until(async () => await seen() === 0, 'everything is forgotten');
  await page.context().setOffline(true);
  await page.goto(`${base}/customers`).catch(() => {});
  await page.getByRole('alert').waitFor();
  assert.equal(await page.locator('#main').count(), 0);
  await page.context().close();
});

test('a new version of the page is offered and taken with a click', async () => {
  // A server of which the next look at the worker finds another version, as after an update.
  let updated = false;
  const proxy = http.createServer(async (req, res) => {
    const changed = updated && req.url === '/sw.js';
    const ask = http.request(base + req.url, { method: req.method, headers: { ...req.headers, ...(changed ? { 'accept-encoding': 'identity' } : {}) } }, async answer => {
      if (!changed) return answer.on('error', () => res.destroy()).pipe(res.writeHead(answer.statusCode, answer.headers));
      const parts = [];
      for await (const part of answer) parts.push(part);
      const text = Buffer.concat(parts).toString().replace(/const VERSION = '[^']+'/, "const VERSION = 'next'").replace('includes(VERSION)', "includes('<')");
      res.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'no-cache' }).end(text);
    });
    // Also where the browser has left before there was an answer: a live stream would never end by itself.
    res.on('close', () => ask.destroy());
    ask.on('error', () => res.destroy());
    req.pipe(ask);
  });
  await new Promise(go => proxy.listen(0, '127.0.0.1', go));
  const at = `http://127.0.0.1:${proxy.address().port}`;
  const page = await logIn(faces[0], at);
  await ready(page);
  updated = true;
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  await page.getByText('系统有新版本').waitFor();
  await check(page, 'new-version');
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: '刷新', exact: true }).click()]);
  await page.locator('#main').waitFor();
  assert.match(await page.evaluate(async () => (await caches.keys()).join()), /flywheel-shell-next/);
  await page.context().close();
  proxy.close();
  proxy.closeAllConnections();
});
