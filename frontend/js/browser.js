// The few things of the browser that are shorter here than through bindings.
// Well after the first rows: what is downloaded ahead must not slow down what is looked at.
export function when_idle() {
  const idle = globalThis.requestIdleCallback ?? (go => setTimeout(go, 200));
  return new Promise(go => setTimeout(() => idle(go, { timeout: 4000 }), 1200));
}

export function take_lock(name) {
  return new Promise(go => {
    if (!navigator.locks) { go(() => {}); return; }
    navigator.locks.request(name, () => new Promise(release => go(release)));
  });
}

export function save_blob(blob, name) {
  const a = document.createElement('a');
  a.href = URL.createObjectURL(blob);
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 60000);
}

export function save_as(text, type, name) { save_blob(new Blob([text], { type }), name); }

// Pairs of a moment, in minutes since 1970, and the minutes ahead of UTC from then on; the first pair holds before all others.
export function zone_offsets(name) {
  const minute = 60_000, day = 1440;
  let at;
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name || undefined, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' });
    at = m => {
      const p = Object.fromEntries(format.formatToParts(m * minute).map(x => [x.type, Number(x.value)]));
      return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute) / minute - m;
    };
  } catch { at = m => -new Date(m * minute).getTimezoneOffset(); }
  const now = Math.floor(Date.now() / minute), end = now + 6 * 366 * day, step = 20 * day;
  let from = now - 12 * 366 * day, was = at(from);
  const out = [0, was];
  for (; from < end; from += step) {
    const is = at(from + step);
    if (is === was) continue;
    let low = from, high = from + step;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (at(middle) === was) low = middle; else high = middle;
    }
    out.push(high, is);
    was = is;
  }
  return out;
}

export function zone_names() { return Intl.supportedValuesOf?.('timeZone') ?? []; }

// Phones mostly cannot show a PDF within a page.
export function shows_pdf() { return navigator.pdfViewerEnabled === true; }

export function copy_text(text) { navigator.clipboard?.writeText(text); }

// Moves the focus among the entries of an open menu; false when the key says nothing about that.
export function focus_step(menu, key) {
  const items = [...menu.querySelectorAll('[role=menuitem]:not([disabled])')], n = items.length;
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? n - 1 : at + n - 1, Home: 0, End: n - 1 }[key];
  if (to === undefined || !n) return false;
  items[to % n].focus({ preventScroll: n < 10 });
  return true;
}
export function focus_first(element) {
  if (matchMedia('(pointer: coarse)').matches) { element.focus?.(); return; }   // no keyboard popping up on a phone
  (element.querySelector('input:not([type=hidden]):not([disabled]),textarea,select') ?? element).focus?.();
}

// Puts a box over a dialog that is open, which covers everything that is not opened after it.
export function raise(element) {
  if (!element.showPopover || !document.querySelector('dialog[open]')) return;
  if (element.matches(':popover-open')) element.hidePopover();
  element.showPopover();
}

// How much on screen is not saved, and what is asked before it is left: the browser asks in its own words when the page
// itself goes away. A link asks before anybody else hears of the click.
let unsaved = 0, leaving = '';
export function count_unsaved(by, question) { unsaved += by; leaving = question || leaving; }
export function may_leave(question) { return !unsaved || confirm(question); }
addEventListener('beforeunload', e => { if (unsaved) e.preventDefault(); });
addEventListener('click', e => {
  const a = unsaved && e.target.closest?.('a[href]');
  if (!a || a.target || a.download || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
  if (a.origin !== location.origin || (a.pathname === location.pathname && a.search === location.search)) return;
  if (may_leave(leaving)) return;
  e.preventDefault();
  e.stopImmediatePropagation();
}, true);

// The browser has gone back or on before anybody can be asked: whoever stays is brought there again, and the page hears of
// neither. A way of 0 stays on the page; where the browser does not tell the way it went, it went back.
let way = 1, returning = 0;
window.navigation?.addEventListener('currententrychange', e => {
  way = e.navigationType === 'traverse' ? e.from.index - navigation.currentEntry.index : 0;
});
addEventListener('popstate', e => {
  if (!returning && (!way || may_leave(leaving))) return;
  e.stopImmediatePropagation();
  clearTimeout(returning);
  if (returning) { returning = 0; return; }
  // Where there is nothing to come back to, nothing comes.
  returning = setTimeout(() => { returning = 0; }, 1000);
  history.go(way);
}, true);
