import type { PortLooks } from '@unclip-studio/graph-core';
import type { EditorCatalog } from './definitions.js';

const OTHER_COLOURS: readonly PortLooks['colour'][] = [
  '#5aa9a0',
  '#a0845a',
  '#7a8fd0',
  '#c07a7a',
  '#8a9a5a',
  '#a078b8',
];

/** Colour and shape of a port type; types that declare none get a generated colour. */
export function portLooks(type: string, { looks }: Pick<EditorCatalog, 'looks'>): PortLooks {
  return looks.get(type) ?? { colour: otherColour(type), shape: 'circle' };
}

function otherColour(name: string): PortLooks['colour'] {
  return OTHER_COLOURS[hashOf(name) % OTHER_COLOURS.length] ?? '#808894';
}

const CATEGORY_COLOURS: Readonly<Record<string, string>> = {
  model: '#6d7fe0',
  image: '#3d94c9',
  conditioning: '#a86bd1',
  sampling: '#d0647f',
  latent: '#cf6a9b',
  unknown: '#808894',
};

/** The colour of a category, for the heads of its cards. */
export function categoryColour(category: string): string {
  return CATEGORY_COLOURS[category] ?? otherColour(category);
}

function hashOf(text: string): number {
  let hash = 7;
  for (const letter of text) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return hash;
}
