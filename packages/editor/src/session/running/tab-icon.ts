/** What the tab's icon shows of runs: how far one is, from 0 to 1, or how one ended that nobody has looked at. */
export type TabSign = number | 'succeeded' | 'failed' | undefined;

const TILE = `<rect width='32' height='32' rx='8' fill='#4a6fe3'/>`;
// Of a circle with the radius 11.
const ROUND = 69.115;

/** The icon as an SVG; `undefined` where it is the program's own. */
export function iconFor(sign: TabSign): string | undefined {
  if (sign === undefined) return undefined;
  const inside = typeof sign === 'number' ? ringOf(sign) : sign === 'succeeded' ? TICK : CROSS;
  return `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>${inside}</svg>`;
}

/** Gives the tab its icon. */
export function showTabIcon(sign: TabSign): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (link === null) return;
  const own = link.dataset['own'] ?? link.href;
  link.dataset['own'] = own;
  const icon = iconFor(sign);
  link.href = icon === undefined ? own : `data:image/svg+xml,${encodeURIComponent(icon)}`;
}

function ringOf(fraction: number): string {
  const ring = (colour: string, dash = '') =>
    `<circle cx='16' cy='16' r='11' fill='none' stroke='${colour}' stroke-width='5'${dash}/>`;
  const shown = (Math.min(1, Math.max(0, fraction)) * ROUND).toFixed(1);
  // From the top, clockwise.
  const done = ring('#fff', ` stroke-dasharray='${shown} ${ROUND}' transform='rotate(-90 16 16)'`);
  return `${TILE}${ring('#ffffff55')}${done}`;
}

const TICK = `<rect width='32' height='32' rx='8' fill='#2b8a4b'/><path d='M8 17l6 6 11-13' fill='none' stroke='#fff' stroke-width='4'/>`;
const CROSS = `<rect width='32' height='32' rx='8' fill='#c3342b'/><path d='M10 10l12 12M22 10l-12 12' stroke='#fff' stroke-width='4'/>`;
