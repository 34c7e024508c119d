import type { NodeDefinition } from '@unclip-studio/graph-core';

/** Which inputs of a node its card shows, and which its row of more inputs stands for. */
export interface ShownInputs {
  readonly shown: readonly string[];
  readonly folded: readonly string[];
}

export interface InputUse {
  readonly isUsed: (name: string) => boolean;
  /** Folded inputs are shown, as a wire is held over the card or the user has opened the row. */
  readonly isOpen: boolean;
}

type Inputs = NodeDefinition['inputs'];

// A card with more inputs than this folds the later optional ones that are not connected.
const MAX_PLAIN_INPUTS = 5;
const SHOWN_FIRST = 4;
const MIN_FOLDED = 2;
// Of inputs in a series, such as embed1, embed2 ..., so many show at least, and one more than is connected.
const MIN_OF_SERIES = 2;
const MIN_SERIES = 3;

/** Inputs that were added to a node type show once they are connected, or are folded together with others. */
export function shownInputs(inputs: Inputs, { isUsed, isOpen }: InputUse): ShownInputs {
  const surplus = surplusOfSeries(inputs, isUsed);
  const names = Object.keys(inputs).filter((name) => !surplus.has(name));
  const isNew = (name: string) => inputs[name]?.added === true && !isUsed(name);
  const plain = names.filter((name) => !isNew(name));
  const unused = plain.filter((name, i) => i >= SHOWN_FIRST && inputs[name]?.optional === true && !isUsed(name));
  if (plain.length <= MAX_PLAIN_INPUTS || unused.length < MIN_FOLDED) return { shown: plain, folded: [] };
  const hidden = new Set(unused);
  return {
    shown: isOpen ? names : plain.filter((name) => !hidden.has(name)),
    folded: names.filter((name) => hidden.has(name) || isNew(name)),
  };
}

/** The members of series beyond the one that follows the last connected. */
function surplusOfSeries(inputs: Inputs, isUsed: (name: string) => boolean): ReadonlySet<string> {
  const series = new Map<string, string[]>();
  for (const [name, { type }] of Object.entries(inputs)) {
    const key = `${name.replace(/\d+$/, '')} ${type}`;
    series.set(key, [...(series.get(key) ?? []), name]);
  }
  const surplus = new Set<string>();
  for (const names of series.values()) {
    if (names.length < MIN_SERIES) continue;
    const last = names.findLastIndex((name) => isUsed(name) || inputs[name]?.optional !== true);
    for (const name of names.slice(Math.max(MIN_OF_SERIES, last + 2))) surplus.add(name);
  }
  return surplus;
}
