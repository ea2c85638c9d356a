// What this browser keeps for times without a network, in IndexedDB: answers that were read and writes that wait, by user.
const WEEK = 7 * 86_400_000;
// So many answers of a person are kept; the oldest go first.
const KEPT = 400;
let opened, written = 0;

function open() {
  opened ??= new Promise((go, fail) => {
    const request = indexedDB.open('flywheel', 1);
    request.onupgradeneeded = () => {
      const db = request.result;
      db.createObjectStore('seen', { keyPath: ['user', 'path'] }).createIndex('at', ['user', 'at']);
      db.createObjectStore('person', { keyPath: 'key' });
      db.createObjectStore('queue', { keyPath: 'id' }).createIndex('user', 'user');
    };
    request.onsuccess = () => go(request.result);
    request.onerror = () => fail(request.error);
  });
  return opened;
}

const done = request => new Promise((go, fail) => { request.onsuccess = () => go(request.result); request.onerror = () => fail(request.error); });
const finished = tx => new Promise((go, fail) => { tx.oncomplete = () => go(); tx.onabort = tx.onerror = () => fail(tx.error); });
const store = async (name, mode) => (await open()).transaction(name, mode).objectStore(name);
const everything = user => IDBKeyRange.bound([user, 0], [user, Infinity]);

export async function seen_put(user, path, text) {
  const s = await store('seen', 'readwrite');
  s.put({ user, path, text, at: Date.now() });
  if (++written % 40 === 0) {
    const keys = await done(s.index('at').getAllKeys(everything(user)));
    for (const key of keys.slice(0, Math.max(0, keys.length - KEPT))) s.delete(key);
  }
}

// The text and the moment it was read at, or nothing when it was never read or too long ago.
export async function seen_get(user, path) {
  const found = await done((await store('seen', 'readonly')).get([user, path]));
  return found && Date.now() - found.at < WEEK ? [found.text, found.at] : undefined;
}

// Forgets what was read, of everybody but `keep`.
export async function seen_forget(keep) {
  const tx = (await open()).transaction(['seen', 'person'], 'readwrite');
  const walk = tx.objectStore('seen').openKeyCursor();
  walk.onsuccess = () => {
    const at = walk.result;
    if (!at) return;
    if (at.key[0] !== keep) tx.objectStore('seen').delete(at.key);
    at.continue();
  };
  if (!keep) tx.objectStore('person').clear();
  await finished(tx);
}

export async function person_put(text) { (await store('person', 'readwrite')).put({ key: 'last', text, at: Date.now() }); }

export async function person_get() {
  const found = await done((await store('person', 'readonly')).get('last'));
  return found && Date.now() - found.at < WEEK ? found.text : undefined;
}

// A write that waits; what is answered has been written to the disk.
export async function queue_put(text) {
  const s = await store('queue', 'readwrite');
  s.put(JSON.parse(text));
  await finished(s.transaction);
}

export async function queue_drop(id) {
  const s = await store('queue', 'readwrite');
  s.delete(id);
  await finished(s.transaction);
}

export async function queue_all(user) {
  const all = await done((await store('queue', 'readonly')).index('user').getAll(user));
  return JSON.stringify(all.sort((a, b) => a.at.localeCompare(b.at)));
}

// Tells when the browser believes that the network went away or came back.
export function on_network(told) {
  for (const event of ['online', 'offline']) addEventListener(event, () => told(event === 'online'));
}
