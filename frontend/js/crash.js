// The program itself has stopped: nothing drawn by it answers any more, so this page is drawn without it.
const WORDS = {
  zh: ['页面出错了', '已填写的草稿会保留，刷新后即可继续。如果反复出现，请把下面的内容发给管理员。', '刷新页面'],
  en: ['The page has stopped', 'Drafts are kept: reload to go on. If it happens again, send the text below to your administrator.', 'Reload'],
};

function show(message) {
  if (document.getElementById('crash')) return;
  const [title, body, reload] = WORDS[document.documentElement.lang.startsWith('zh') ? 'zh' : 'en'];
  const make = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text });
  const dialog = Object.assign(make('dialog', 'm-auto w-[calc(100%-2rem)] max-w-md rounded-2xl bg-base-100 p-6 text-base-content shadow-xl backdrop:bg-black/35', ''), { id: 'crash' });
  dialog.setAttribute('role', 'alertdialog');
  dialog.setAttribute('aria-label', title);
  const again = make('button', 'btn btn-primary btn-sm mt-4', reload);
  again.addEventListener('click', () => location.reload());
  dialog.append(
    make('h1', 'text-base font-semibold', title), make('p', 'mt-2 text-[13px] leading-6 text-base-content/75', body),
    make('pre', 'mt-3 max-h-32 overflow-auto whitespace-pre-wrap break-words rounded-lg bg-base-200 p-3 text-xs', `${new Date().toISOString()} ${location.pathname}\n${message}`), again,
  );
  document.body.append(dialog);
  dialog.showModal();
}

addEventListener('error', e => { if (e.error instanceof WebAssembly.RuntimeError) show(e.error.message); });
addEventListener('unhandledrejection', e => { if (e.reason instanceof WebAssembly.RuntimeError) show(e.reason.message); });
