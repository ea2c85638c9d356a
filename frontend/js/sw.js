// Keeps the shell for times without a network. The build fills in its version and its files; requests of the API are never touched.
const VERSION = '{{version}}', FILES = {{files}};
const PREFIX = 'flywheel-shell-', CACHE = PREFIX + VERSION;
// How long a navigation waits for the network before the kept page is shown, in milliseconds.
const PATIENCE = 4000;

async function install() {
  const cache = await caches.open(CACHE);
  const page = await fetch('/', { cache: 'reload' });
  // The page of another build would name files that are not here: the browser tries again later.
  if (!page.ok || !(await page.clone().text()).includes(VERSION)) throw new Error('not the page of this build');
  await cache.put('/', page);
  await cache.addAll(FILES);
}

// The version before stays for tabs that still run it.
async function activate() {
  const kept = (await caches.keys()).filter(name => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(kept.slice(0, -1).map(name => caches.delete(name)));
  await self.clients.claim();
}

// The newest page while there is a network; the kept one when there is none, or only a proxy before a server that is down.
async function page(request) {
  const kept = await caches.match('/', { cacheName: CACHE });
  if (!kept) return fetch(request);
  const late = new Promise(go => setTimeout(go, PATIENCE));
  const answer = await Promise.race([fetch(request).catch(() => {}), late]);
  return answer && answer.status < 500 ? answer : kept;
}

self.addEventListener('install', e => e.waitUntil(install()));
self.addEventListener('activate', e => e.waitUntil(activate()));
self.addEventListener('message', e => {
  if (e.data === 'go' || e.data?.page === VERSION) self.skipWaiting();
  else if (e.data?.page) e.source?.postMessage('new');
});
self.addEventListener('fetch', e => {
  const { pathname, origin } = new URL(e.request.url);
  if (e.request.method !== 'GET' || origin !== location.origin) return;
  if (e.request.mode === 'navigate') {
    if (!/^\/(api|docs|metrics|healthz|readyz|openapi)\b/.test(pathname)) e.respondWith(page(e.request));
  } else if (FILES.includes(pathname) || /-[A-Za-z0-9]{8,}\.\w+$/.test(pathname)) {
    e.respondWith(caches.match(pathname, { ignoreVary: true }).then(kept => kept ?? fetch(e.request)));
  }
});
