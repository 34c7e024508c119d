import { parseLink, type WorkflowNode } from '@unclip-studio/graph-core';
import { definitionOf, type EditorCatalog } from '../catalog/definitions.js';
import { linksInto, type Nodes } from '../document/links.js';

/** The image that something was made of. */
export interface SourceImage {
  /** What the param holds. */
  readonly reference: string;
  /** What to call it: the title or the id of the node that loads it. */
  readonly name: string;
}

/** Follows an input upstream to the first node that loads an image; `undefined` if there is none. */
export function sourceImage(
  nodes: Nodes,
  { node, input }: { readonly node: WorkflowNode; readonly input: string },
  catalog: EditorCatalog,
): SourceImage | undefined {
  const link = node.inputs?.[input];
  const source = link === undefined ? undefined : parseLink(link)?.node;
  const seen = new Set(source === undefined ? [] : [source]);
  for (const id of seen) {
    const found = nodes[id];
    const definition = definitionOf(catalog, nodes, id);
    const loads = Object.values(definition?.outputs ?? {}).some(({ type }) => type === 'image');
    const param = Object.entries(definition?.params ?? {}).find(([, { kind }]) => kind === 'image')?.[0];
    const reference = loads && param !== undefined ? found?.params?.[param] : undefined;
    if (typeof reference === 'string') return { reference, name: found?.title ?? id };
    for (const { source: next } of linksInto(nodes, id)) seen.add(next);
  }
  return undefined;
}
