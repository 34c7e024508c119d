const TRIES = 60;

/** Puts the focus into the outline as soon as it is on the page. */
export function focusOutline(tries = TRIES): void {
  const outline = document.querySelector('.outline');
  const row = outline?.querySelector<HTMLElement>('tr[tabindex="0"]') ?? outline?.querySelector<HTMLElement>('input');
  if (row) row.focus();
  else if (tries > 0) requestAnimationFrame(() => focusOutline(tries - 1));
}
