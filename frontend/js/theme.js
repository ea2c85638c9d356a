// Runs before the first paint, so that the page never flashes in the wrong theme or language.
try {
  const root = document.documentElement;
  const theme = localStorage.getItem('flywheel.theme');
  if (theme) root.dataset.theme = theme === 'dark' ? 'crm-dark' : 'crm';
  root.lang = localStorage.getItem('flywheel.lang') === 'en' ? 'en' : 'zh-CN';
} catch { /* storage may be blocked */ }
