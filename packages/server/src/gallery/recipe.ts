import type { ResultRecord } from '@unclip-studio/graph-core';
import type { Recipe, RecipeParam } from '../store/gallery-table.js';

// A prompt is searched word by word elsewhere; a value is compared as a whole, and no one types more.
const MAX_VALUE_LENGTH = 200;
const BETWEEN_PROMPTS = ' | ';

/** Takes from a receipt's nodes what people search by. */
export function toRecipe(nodes: ResultRecord): Recipe {
  const params = new Map<string, RecipeParam>();
  for (const node of nodes) {
    for (const [name, value] of Object.entries({ ...node.params, ...node.files })) {
      const param = toParam(name, value);
      if (param !== undefined) params.set(`${param.name} ${param.text}`, param);
    }
  }
  const textsOf = (name: string) => {
    const texts = nodes.map((node) => node.params[name]).filter((value) => typeof value === 'string' && value !== '');
    return [...new Set(texts)].join(BETWEEN_PROMPTS);
  };
  const models = nodes.flatMap(({ files }) => (files?.checkpoint === undefined ? [] : [files.checkpoint]));
  return {
    prompt: textsOf('prompt'),
    negativePrompt: textsOf('negativePrompt'),
    models: [...new Set(models)],
    params: [...params.values()],
  };
}

function toParam(name: string, value: unknown): RecipeParam | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const text = String(value).toLowerCase().slice(0, MAX_VALUE_LENGTH);
  return { name: name.toLowerCase(), text, number: typeof value === 'number' ? value : null };
}
