// The service worker: registered when the page has nothing better to do, and a new version of the page is offered, never forced.
const worker = navigator.serviceWorker;
let registration, waiting = false, accepted = false, told = () => {};

export function on_update(callback) {
  told = callback;
  if (waiting) told();
}

export function take_update() {
  accepted = true;
  if (registration?.waiting) registration.waiting.postMessage('go');
  else location.reload();
}

// A waiting version that is the page's own, since the page came from the network, takes over in silence.
function look() {
  const page = document.querySelector('meta[name=flywheel-version]')?.content;
  if (registration?.waiting && worker.controller) registration.waiting.postMessage({ page });
}

async function install() {
  registration = await worker.register('/sw.js');
  registration.addEventListener('updatefound', () => {
    const coming = registration.installing;
    coming?.addEventListener('statechange', () => { if (coming.state === 'installed') look(); });
  });
  look();
  const again = () => registration.update().catch(() => {});
  setInterval(again, 30 * 60_000);
  addEventListener('online', again);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) again(); });
}

if (worker) {
  worker.addEventListener('message', e => { if (e.data === 'new') { waiting = true; told(); } });
  worker.addEventListener('controllerchange', () => { if (accepted) location.reload(); });
  const idle = globalThis.requestIdleCallback ?? (go => setTimeout(go, 200));
  addEventListener('load', () => setTimeout(() => idle(() => install().catch(() => {})), 2000));
}
