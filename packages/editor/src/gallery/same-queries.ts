import type { RecordedNode } from '@unclip-studio/protocol';

interface Definition {
  readonly params: Readonly<Record<string, { readonly kind: string }>>;
}

// What the server takes in a search, with room for the field's name.
const MAX_WORDS = 400;

/** The search for images with the same prompt; `undefined` for an image without one. */
export function samePrompt(prompt: string): string | undefined {
  const phrase = prompt.replaceAll('"', ' ').replace(/\s+/g, ' ').trim().slice(0, MAX_WORDS);
  return /[\p{L}\p{N}]/u.test(phrase) ? `prompt:"${phrase}"` : undefined;
}

/** The searches for images that were made from the same input image: one for each that was loaded. */
export function sameInputs(
  nodes: readonly RecordedNode[],
  definitionOf: (type: string) => Definition | undefined,
): readonly { readonly name: string; readonly query: string }[] {
  const found = new Map<string, string>();
  for (const { type, params, files = {} } of nodes) {
    for (const [param, { kind }] of Object.entries(definitionOf(type)?.params ?? {})) {
      const name = files[param] ?? params[param];
      if (kind !== 'image' || typeof name !== 'string' || name === '' || name.includes('"')) continue;
      found.set(name, `${param}="${name}"`);
    }
  }
  return [...found].map(([name, query]) => ({ name, query }));
}
