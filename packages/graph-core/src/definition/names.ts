// Also the form of port names, which share links with node ids.
const NODE_ID = /^[A-Za-z0-9_-]{1,64}$/;
// Own properties of these names are what prototype pollution is made of.
const RESERVED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export function isNodeId(text: string): boolean {
  return NODE_ID.test(text) && !RESERVED_KEYS.has(text);
}

export function isReservedKey(key: string): boolean {
  return RESERVED_KEYS.has(key);
}

// A typing mistake has a few wrong letters, however long the name is.
const MAX_DISTANCE = 8;
// No one types a name this long.
const MAX_LENGTH = 200;
// Two names of 64 letters take up to 1,100 cells of the table, so this is some milliseconds at the most.
const MAX_CELLS = 400_000;

/**
 * The names which a mistyped one was probably meant to be, nearest first, at most three. Its cost is bounded: among
 * thousands of names that are all alike only the first ones are compared.
 */
export function similarNames(name: string, names: Iterable<string>): readonly string[] {
  if (name.length > MAX_LENGTH) return [];
  const limit = Math.min(MAX_DISTANCE, Math.max(1, Math.floor(name.length / 3)));
  const lower = name.toLowerCase();
  const near: { readonly candidate: string; readonly distance: number }[] = [];
  const budget = { cells: MAX_CELLS };
  for (const candidate of names) {
    if (budget.cells <= 0) break;
    if (Math.abs(candidate.length - name.length) > limit) continue;
    const distance = editDistance(lower, candidate.toLowerCase(), limit, budget);
    if (distance <= limit) near.push({ candidate, distance });
  }
  return near
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/**
 * Levenshtein's distance, one row at a time, as far as it is within `limit`: only cells that near the diagonal can be.
 *
 * @returns anything above `limit` for names that are further apart
 */
function editDistance(a: string, b: string, limit: number, budget: { cells: number }): number {
  const far = limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, j) => Math.min(j, far));
  for (let i = 1; i <= a.length; i++) {
    const [first, last] = [Math.max(1, i - limit), Math.min(b.length, i + limit)];
    budget.cells -= last - first + 1;
    if (budget.cells < 0) return far;
    const next = new Array<number>(b.length + 1).fill(far);
    next[0] = Math.min(i, far);
    let nearest = next[0];
    for (let j = first; j <= last; j++) {
      const substituted = (row[j - 1] ?? far) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const distance = Math.min(substituted, (row[j] ?? far) + 1, (next[j - 1] ?? far) + 1);
      next[j] = distance;
      nearest = Math.min(nearest, distance);
    }
    if (nearest > limit) return far;
    row = next;
  }
  return row[b.length] ?? far;
}
