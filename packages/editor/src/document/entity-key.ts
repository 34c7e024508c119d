import { unreachable } from '@unclip-studio/graph-core';
import type { WorkflowDocument } from './document.js';
import { findLink } from './links.js';

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

/** Whether there is such a thing in the document. */
export function entityExists({ nodes, layout }: WorkflowDocument, key: EntityKey): boolean {
  const { kind, id } = entityOf(key);
  switch (kind) {
    case 'node':
      return Object.hasOwn(nodes, id);
    case 'frame':
      return layout.frames.some((frame) => frame.id === id);
    case 'note':
      return layout.notes.some((note) => note.id === id);
    case 'link':
      return findLink(nodes, id) !== undefined;
    default:
      return unreachable(kind);
  }
}

/** The ids of one kind among the keys. */
export function idsOf(keys: Iterable<EntityKey>, kind: Entity['kind']): readonly string[] {
  return [...keys].flatMap((key) => {
    const entity = entityOf(key);
    return entity.kind === kind ? [entity.id] : [];
  });
}
