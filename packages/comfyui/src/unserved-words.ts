import type { ComfyNode } from './comfy-graph.js';
import { widgetsOf } from './signatures.js';

/** Which settings of a node came from others that have no counterpart, as a message; empty if none. */
export function unservedWords({ type, links, given = {} }: ComfyNode): string {
  const names = (widgetsOf(type) ?? []).filter((name) => links[name] !== undefined && !Object.hasOwn(given, name));
  const [first, ...others] = names;
  if (first === undefined) return '';
  return others.length === 0
    ? `Its ${first} came from another node that has no counterpart; set it here.`
    : `Its ${names.join(', ')} came from other nodes that have no counterpart; set them here.`;
}
