/** Random choices that the same seed repeats, on any machine. */
export interface Random {
  /** 0 up to 1. */
  next(): number;
  /** A whole number from 0, below `count`. */
  below(count: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** Mostly small, now and then up to `most`: what grows badly shows in large numbers only. */
  size(most: number): number;
}

/** @param seeds together name the series, such as seed, parser and number of the case */
export function createRandom(...seeds: readonly (string | number)[]): Random {
  // FNV-1a over the names, then mulberry32.
  let state = 2166136261;
  for (const letter of seeds.join(' ')) state = Math.imul(state ^ letter.charCodeAt(0), 16777619);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number) => Math.floor(next() * count);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[below(items.length)];
      if (items.length === 0) throw new Error('There is nothing to choose from.');
      // Checked above; an item may itself be undefined.
      return item as (typeof items)[number];
    },
    size: (most) => Math.floor(most ** (next() ** 2)),
  };
}
