import type { NodeDefinition } from '@unclip-studio/graph-core';
import type { PortSide } from './card-layout.js';
import type { EditorCatalog } from './definitions.js';

/** What a new node has to fit: the end of a wire, or both ends of the wire it is put into. */
export type Fit =
  /** The wire comes from this side of another node and carries this type. */
  | { readonly kind: 'end'; readonly side: PortSide; readonly type: string }
  | { readonly kind: 'between'; readonly type: string };

export interface FoundNode {
  readonly definition: NodeDefinition;
  /** Its first input that fits, if an input is needed. */
  readonly input?: string;
  readonly output?: string;
}

/** Tells whether a text contains all words of a query, in any order, upper or lower case; without words every text does. */
export function hasWordsOf(query: string): (text: string) => boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return (text) => {
    const own = text.toLowerCase();
    return words.every((word) => own.includes(word));
  };
}

/** Node types for the search palette, best match first; without words all of them in the catalogue's order. */
export function searchNodes(catalog: EditorCatalog, words: string, fit?: Fit): readonly FoundNode[] {
  const fitting = [...catalog.types.values()].flatMap((definition) => {
    const found = fitOf(definition, fit);
    return found === undefined ? [] : [found];
  });
  const query = words.trim().toLowerCase();
  if (query === '') return fitting;
  return fitting
    .map((found) => ({ found, score: scoreOf(found.definition, query) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ found }) => found);
}

function fitOf(definition: NodeDefinition, fit: Fit | undefined): FoundNode | undefined {
  if (fit === undefined) return { definition };
  const first = (ports: NodeDefinition['outputs']) =>
    Object.entries(ports).find(([, { type }]) => type === fit.type)?.[0];
  const input = first(definition.inputs);
  const output = first(definition.outputs);
  if (fit.kind === 'between') {
    return input === undefined || output === undefined ? undefined : { definition, input, output };
  }
  if (fit.side === 'output') return input === undefined ? undefined : { definition, input };
  return output === undefined ? undefined : { definition, output };
}

/** The whole text counts as one; otherwise each of its words has to be found, and the weakest decides. */
function scoreOf(definition: NodeDefinition, query: string): number {
  const whole = scoreOfWords(definition, query);
  const words = query.split(/\s+/);
  if (words.length === 1) return whole;
  return Math.max(whole, Math.min(...words.map((word) => scoreOfWords(definition, word))));
}

/**
 * Words at the start of the title count most, then keywords such as names in other programs; then anywhere in the
 * title; then letters in order; then the description.
 */
function scoreOfWords({ title, type, category, description, keywords = [] }: NodeDefinition, query: string): number {
  const name = title.toLowerCase();
  if (name.startsWith(query)) return 8;
  if (keywords.includes(query)) return 7;
  if (name.split(' ').some((word) => word.startsWith(query))) return 6;
  if (keywords.some((keyword) => keyword.startsWith(query))) return 5;
  if (name.includes(query) || type.toLowerCase().includes(query)) return 4;
  if (category.toLowerCase().startsWith(query)) return 3;
  if (holdsInOrder(name, query)) return 2;
  return description.toLowerCase().includes(query) ? 1 : 0;
}

function holdsInOrder(text: string, letters: string): boolean {
  let from = 0;
  for (const letter of letters) {
    if (letter === ' ') continue;
    from = text.indexOf(letter, from) + 1;
    if (from === 0) return false;
  }
  return true;
}
