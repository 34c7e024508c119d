import type { NodeDefinition } from '@unclip-studio/graph-core';
import type { LibraryTemplate } from '../api/library.js';
import { hasWordsOf } from '../catalog/search-nodes.js';

/** What people call these things elsewhere -> a word of the titles and descriptions here. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  img2img: ['image to image'],
  i2i: ['image to image'],
  txt2img: ['text to image', 'txt2img'],
  t2i: ['text to image', 'txt2img'],
  'hires fix': ['two passes', 'two-pass'],
  hires: ['two passes', 'two-pass'],
  reimagine: ['variation'],
  morph: ['mix', 'animation'],
  blend: ['mix', 'blend'],
  'face swap': ['ip-adapter'],
  xy: ['sweep'],
  'xy plot': ['sweep'],
  grid: ['sweep', 'grid'],
  uncrop: ['outpaint'],
  expand: ['outpaint'],
  lcm: ['few steps'],
  turbo: ['few steps'],
  'dynamic prompts': ['wildcards'],
};

/**
 * Templates for what was typed: by title, description and models first, then by what people call it elsewhere, then by the
 * nodes in them. All of its words have to be found.
 */
export function findTemplates(
  templates: readonly LibraryTemplate[],
  query: string,
  definitionOf: (type: string) => NodeDefinition | undefined,
): readonly LibraryTemplate[] {
  const typed = query.trim().toLowerCase();
  if (typed === '') return templates;
  return templates
    .map((template) => ({ template, score: scoreOf(template, typed, definitionOf) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ template }) => template);
}

function scoreOf(
  { title, description = '', english = '', requires = [], nodeTypes }: LibraryTemplate,
  typed: string,
  definitionOf: (type: string) => NodeDefinition | undefined,
): number {
  const name = title.toLowerCase();
  const own = [name, description, english, ...requires.map(({ repository }) => repository)].join('\n').toLowerCase();
  if (name.includes(typed)) return 4;
  if (hasWordsOf(typed)(own)) return 3;
  const words = typed.split(/\s+/);
  if (SYNONYMS[typed]?.some((other) => own.includes(other))) return 2;
  const ofNodes = nodeTypes.flatMap((type) => {
    const definition = definitionOf(type);
    return definition === undefined ? [] : [definition.title, ...(definition.keywords ?? [])];
  });
  const known = ofNodes.map((word) => word.toLowerCase());
  return words.every((word) => known.some((one) => one.includes(word))) || known.some((one) => one.includes(typed))
    ? 1
    : 0;
}
