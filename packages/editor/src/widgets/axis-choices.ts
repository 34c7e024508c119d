import { parseLink } from '@unclip-studio/graph-core';
import type { EditorCatalog } from '../catalog/definitions.js';
import type { Nodes } from '../document/links.js';
import { structureStrings as words } from '../messages/structure-strings.js';

/** The params that a sweep can vary, nearest nodes first, as `node.param` with words to show. */
export function axisChoices(
  nodes: Nodes,
  catalog: EditorCatalog,
  sweep: string,
): { readonly options: readonly string[]; readonly labels: Readonly<Record<string, string>> } {
  const labels: Record<string, string> = { '': words.axisNone };
  const options: string[] = [];
  const seen = new Set([sweep]);
  for (const id of seen) {
    for (const link of Object.values(nodes[id]?.inputs ?? {})) {
      const source = parseLink(link)?.node;
      if (source !== undefined && Object.hasOwn(nodes, source)) seen.add(source);
    }
    if (id === sweep) continue;
    const definition = catalog.types.get(nodes[id]?.type ?? '');
    for (const [name, param] of Object.entries(definition?.params ?? {})) {
      const place = `${id}.${name}`;
      options.push(place);
      labels[place] = `${nodes[id]?.title ?? definition?.title ?? id}: ${param.label ?? name}`;
    }
  }
  return { options, labels };
}
