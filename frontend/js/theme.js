// Runs before the first paint, so that the page never flashes in the wrong theme or language. pack.mjs fills in the names.
try {
  const root = document.documentElement;
  const theme = localStorage.getItem('flywheel.theme');
  if (theme) root.dataset.theme = theme === 'dark' ? 'crm-dark' : 'crm';
  const lang = localStorage.getItem('flywheel.lang') ?? navigator.language ?? 'zh';
  root.lang = lang.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
  // The part of the program that this address needs is asked for now, not only when the program has started.
  const path = location.pathname, parts = {{parts}};
  const part = /^\/(calendar|my-day|communications|outbox)?$/.test(path) ? 'desk' : /^\/(rules|notifications)(\/|$)/.test(path) ? 'automation' : /^\/reports(\/|$)/.test(path) ? 'insight' : /^\/(settings|imports|exports|ui)(\/|$)/.test(path) ? 'office' : /^\/(due|four-r|flywheel|rhythm|segments|playbooks|principles|library|channels)$/.test(path) ? 'growth' : /^\/[^/]+\/[^/]+$/.test(path) ? 'record' : '';
  if (parts[part] && localStorage.getItem('flywheel.session')) {
    document.head.append(Object.assign(document.createElement('link'), { rel: 'preload', as: 'fetch', crossOrigin: 'anonymous', href: parts[part] }));
  }
} catch { /* storage may be blocked */ }
