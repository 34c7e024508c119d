/** A node's definition, as far as a search needs it. */
interface Searchable {
  readonly params: Readonly<Record<string, { readonly kind: string }>>;
}

const FIELDS = [
  ...[
    'prompt:',
    'negative:',
    'title:',
    'model:',
    'date:',
    'date:today',
    'date:yesterday',
    'date:week',
    'width>',
    'height>',
  ],
  ...['is:starred', 'is:deleted', 'board:'],
];
const MAX_SUGGESTIONS = 8;

/** Complete searches that continue the typed text, with the last word completed. */
export function suggestQueries(
  query: string,
  types: Iterable<Searchable>,
  models: readonly string[],
): readonly string[] {
  const start = query.search(/\S*$/);
  const [before, word] = [query.slice(0, start), query.slice(start)];
  const minus = word.startsWith('-') ? '-' : '';
  const begun = word.slice(minus.length).toLowerCase();
  if (begun === '') return [];
  const params = new Set<string>();
  for (const definition of types) {
    for (const [name, { kind }] of Object.entries(definition.params)) {
      params.add(`${name}${kind === 'integer' || kind === 'number' ? '>' : '='}`);
    }
  }
  const all = [...FIELDS, ...models.map((name) => `model:${name}`), ...params];
  return all
    .filter((one) => one.toLowerCase().startsWith(begun) && one.toLowerCase() !== begun)
    .slice(0, MAX_SUGGESTIONS)
    .map((one) => `${before}${minus}${one}`);
}
