import type { ImageParam, NodeDefinition } from '@unclip-studio/graph-core';
import type { WorkflowDocument } from '../document/document.js';
import { linksOf, type Nodes, nodesReached } from '../document/links.js';
import { definitionOf, type EditorCatalog } from './definitions.js';

/** A node type that loads an image, as the image itself or as a mask. */
export interface ImageLoader {
  readonly type: string;
  /** The param that names the image. */
  readonly param: string;
  readonly output: string;
  /** The other params with which it reads a painted mask. */
  readonly maskParams: Readonly<Record<string, string | boolean>> | undefined;
}

/** How a node type loads images; `undefined` if it loads none. */
export function loaderOf(definition: NodeDefinition | undefined): ImageLoader | undefined {
  if (definition === undefined) return undefined;
  const found = Object.entries(definition.params).find(([, { kind }]) => kind === 'image');
  const [output] = Object.keys(definition.outputs);
  if (found === undefined || output === undefined) return undefined;
  const [param, declared] = found;
  return { type: definition.type, param, output, maskParams: (declared as ImageParam).mask?.params };
}

/** Whether a node type loads images as they are, and not as masks. */
export function loadsImages(definition: NodeDefinition | undefined): boolean {
  const loader = loaderOf(definition);
  return loader !== undefined && loader.maskParams === undefined;
}

/** The node type that loads images, or the one that loads masks. */
export function loaderFor(catalog: EditorCatalog, what: 'image' | 'mask'): ImageLoader | undefined {
  for (const definition of catalog.types.values()) {
    const loader = loaderOf(definition);
    if (loader !== undefined && (loader.maskParams !== undefined) === (what === 'mask')) return loader;
  }
  return undefined;
}

/** Whether the node reads its image as a mask that was painted. */
export function readsPaintedMask({ nodes }: WorkflowDocument, catalog: EditorCatalog, id: string): boolean {
  const definition = definitionOf(catalog, nodes, id);
  const params = loaderOf(definition)?.maskParams;
  if (params === undefined) return false;
  return Object.entries(params).every(
    ([name, value]) => (nodes[id]?.params?.[name] ?? definition?.params[name]?.default) === value,
  );
}

/** The nearest of the nodes that a node reads, at any depth, for which something is true; itself comes first. */
export function nearestSource(nodes: Nodes, from: string, isWanted: (id: string) => boolean): string | undefined {
  const sources = new Map<string, string[]>();
  for (const { reader, source } of linksOf(nodes)) sources.set(reader, [...(sources.get(reader) ?? []), source]);
  const seen = new Set([from]);
  for (const id of seen) {
    if (isWanted(id)) return id;
    for (const source of sources.get(id) ?? []) seen.add(source);
  }
  return undefined;
}

/**
 * The node that loads the image which a mask belongs to: the one that the mask's readers redraw, or read together with
 * it.
 */
export function imageUnderMask({ nodes }: WorkflowDocument, catalog: EditorCatalog, mask: string): string | undefined {
  const loadsImage = (id: string) => loadsImages(definitionOf(catalog, nodes, id));
  const links = linksOf(nodes);
  for (const reader of nodesReached(nodes, mask, 'down')) {
    const image = definitionOf(catalog, nodes, reader)?.inpaint?.image;
    const inputs = links.filter((link) => link.reader === reader);
    const first = inputs.filter(({ input }) => input === image);
    for (const { source } of [...first, ...inputs]) {
      const found = nearestSource(nodes, source, loadsImage);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
