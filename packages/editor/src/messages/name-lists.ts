/** How a language quotes and lists names. */
export interface ListStyle {
  quote(name: string): string;
  /** Between the names of a list. */
  readonly comma: string;
  /** Before the last of some alternatives. */
  readonly or: string;
  /** For names that are left out. */
  more(count: number): string;
  /** After some nodes to choose from, for those that are left out. */
  others(count: number): string;
}

// A subgraph of a file that a program wrote may have thousands.
const MAX_LISTED = 50;
const MAX_OFFERED = 3;

/** Writes names as the language does. */
export function listsIn({ quote, comma, or, more, others }: ListStyle) {
  function anyOf(names: readonly string[]): string {
    const shown = names.map(quote);
    return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(comma)}${or}${shown.at(-1)}`;
  }

  return {
    /** All the names. */
    names(names: readonly string[]): string {
      const shown = names.slice(0, MAX_LISTED).map(quote).join(comma);
      return names.length > MAX_LISTED ? `${shown} ${more(names.length - MAX_LISTED)}` : shown;
    },
    /** Alternatives. */
    anyOf,
    /** Nodes to choose from, of which a few are enough. */
    oneOfNodes(names: readonly string[]): string {
      const left = names.length - MAX_OFFERED;
      return left <= 0 ? anyOf(names) : `${names.slice(0, MAX_OFFERED).map(quote).join(comma)}${others(left)}`;
    },
    /** Names that lead to each other, back to the first. */
    circle(names: readonly string[]): string {
      const shown = names.slice(0, MAX_LISTED).map(quote);
      const left = names.length > MAX_LISTED ? [`(${more(names.length - MAX_LISTED)})`] : [];
      return [...shown, ...left, ...names.slice(0, 1).map(quote)].join(' -> ');
    },
  };
}

/** Beyond 2^53 the digits would be wrong. */
export function counted(count: number, many: string): string {
  return count > Number.MAX_SAFE_INTEGER ? many : String(count);
}
