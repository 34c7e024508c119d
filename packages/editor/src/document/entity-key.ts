/**
 * What can be selected, as one text: a node by its id, everything else with its kind in front.
 * A node id holds no "/", so the two cannot be confused.
 */
export type EntityKey = string;

export type Entity =
  | { readonly kind: 'node'; readonly id: string }
  | { readonly kind: 'frame'; readonly id: string }
  | { readonly kind: 'note'; readonly id: string }
  | { readonly kind: 'link'; readonly id: string };

export const frameKey = (id: string): EntityKey => `frame/${id}`;
export const noteKey = (id: string): EntityKey => `note/${id}`;
export const linkKey = (id: string): EntityKey => `link/${id}`;

export function entityOf(key: EntityKey): Entity {
  const slash = key.indexOf('/');
  if (slash < 0) return { kind: 'node', id: key };
  const kind = key.slice(0, slash);
  if (kind !== 'frame' && kind !== 'note' && kind !== 'link') {
    throw new Error(`Internal error: ${key} names no kind of thing on the canvas`);
  }
  return { kind, id: key.slice(slash + 1) };
}

/** The ids of one kind among the keys. */
export function idsOf(keys: Iterable<EntityKey>, kind: Entity['kind']): readonly string[] {
  return [...keys].flatMap((key) => {
    const entity = entityOf(key);
    return entity.kind === kind ? [entity.id] : [];
  });
}
