// Runs before the first paint, so that the page never flashes in the wrong theme or language.
try {
  const root = document.documentElement;
  const theme = localStorage.getItem('flywheel.theme');
  if (theme) root.dataset.theme = theme === 'dark' ? 'crm-dark' : 'crm';
  const lang = localStorage.getItem('flywheel.lang') ?? navigator.language ?? 'zh';
  root.lang = lang.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
} catch { /* storage may be blocked */ }
