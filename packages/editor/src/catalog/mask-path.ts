import { type Inpainting, parseLink } from '@unclip-studio/graph-core';
import type { OutputRef } from '../document/commands/links.js';
import { linksOf, type Nodes } from '../document/links.js';
import { definitionOf, type EditorCatalog } from './definitions.js';

/** The node that takes image and mask: an inpainting model has another one before the sampler. */
export function readerOf(nodes: Nodes, catalog: EditorCatalog, sampler: string) {
  const own = definitionOf(catalog, nodes, sampler)?.inpaint;
  const before = sourceOf(nodes, sampler, own?.image ?? '')?.node;
  const ofBefore = before === undefined ? undefined : definitionOf(catalog, nodes, before)?.inpaint;
  return before !== undefined && ofBefore !== undefined && ofBefore.encoder === undefined
    ? { node: before, inpaint: ofBefore }
    : { node: sampler, inpaint: own };
}

export function sourceOf(nodes: Nodes, node: string, input: string): OutputRef | undefined {
  return parseLink(nodes[node]?.inputs?.[input] ?? '');
}

export function feedsOnly(nodes: Nodes, node: string, reader: string): boolean {
  return linksOf(nodes).every((link) => link.source !== node || link.reader === reader);
}

/** The nodes that cut or resize an image on its way to a reader, from the one that loads it: a mask is painted on the whole of it. */
export function cuttersBefore(
  nodes: Nodes,
  catalog: EditorCatalog,
  { node, inpaint: { image, encoder } }: { readonly node: string; readonly inpaint: Inpainting },
): readonly string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  let at = sourceOf(nodes, node, image)?.node;
  while (at !== undefined && !seen.has(at)) {
    seen.add(at);
    const definition = definitionOf(catalog, nodes, at);
    if (definition?.cutsMask !== undefined) found.unshift(at);
    const isEncoder = encoder !== undefined && definition?.type === encoder.type;
    at = sourceOf(nodes, at, isEncoder ? encoder.input : (definition?.imagesFrom ?? ''))?.node;
  }
  return found;
}
