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

export function copy_text(text) { navigator.clipboard?.writeText(text); }

export function focus_first(element) {
  if (matchMedia('(pointer: coarse)').matches) { element.focus?.(); return; }   // no keyboard popping up on a phone
  (element.querySelector('input:not([type=hidden]):not([disabled]),textarea,select') ?? element).focus?.();
}
