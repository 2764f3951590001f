/** Have something done now, or once what it needs has come to the page. act() tells whether it was done. */
export function once(act) {
  if (act()) return;
  const waiting = new MutationObserver(() => { if (act()) waiting.disconnect(); });
  waiting.observe(document.documentElement, { childList: true, subtree: true });
}
