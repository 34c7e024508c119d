import type { WorkflowNode } from '@unclip-studio/graph-core';
import { writeParam } from '../document/commands/params.js';
import type { DocumentDraft, WorkflowDocument } from '../document/document.js';
import { type Nodes, nodesReached } from '../document/links.js';
import { definitionOf, type EditorCatalog } from './definitions.js';
import { cuttersBefore } from './mask-path.js';

/**
 * Keeps masks aligned with their images: a node that cuts a mask as another one cut its image takes the other's
 * settings when these change, and the inputs of the workflow that set them. One that was set otherwise is left alone.
 *
 * @returns what else has to change after an edit; `undefined` if nothing
 */
export function followCuts(
  before: WorkflowDocument,
  after: WorkflowDocument,
  catalog: EditorCatalog,
): ((draft: DocumentDraft) => void) | undefined {
  if (before.nodes === after.nodes && before.inputs === after.inputs) return undefined;
  const cutters = Object.keys(after.nodes).filter((id) => definitionOf(catalog, after.nodes, id)?.cutsMask);
  const due = cutters.flatMap((cutter) => {
    const isSet = before.nodes[cutter] !== after.nodes[cutter] && before.nodes[cutter] !== undefined;
    const followers = isSet ? masksLike(before.nodes, catalog, cutter) : [];
    return followers.flatMap((mask) => (before.nodes[mask] === after.nodes[mask] ? [{ mask, cutter }] : []));
  });
  const shared = cutters.flatMap((cutter) => {
    const places = placesOf(after, cutter);
    if (places.length === 0) return [];
    const masks = masksLike(after.nodes, catalog, cutter);
    const moved = due.flatMap((one) => (one.cutter === cutter ? [one.mask] : []));
    return [...new Set([...masks, ...moved])].flatMap((mask) => places.map((place) => ({ ...place, mask })));
  });
  const missing = shared.filter(({ input, param, mask }) => !after.inputs?.[input]?.to.includes(`${mask}.${param}`));
  if (due.length === 0 && missing.length === 0) return undefined;
  return (draft) => {
    for (const { mask, cutter } of due) takeSettings(draft, catalog, { node: mask, from: cutter });
    for (const { input, param, mask } of missing) draft.inputs?.[input]?.to.push(`${mask}.${param}`);
  };
}

/** Gives a node the settings of the one whose image its mask belongs to, inside an edit. */
export function takeSettings(
  draft: Pick<DocumentDraft, 'nodes'>,
  catalog: EditorCatalog,
  { node, from }: { readonly node: string; readonly from: string },
): void {
  const [own, source] = [draft.nodes[node], draft.nodes[from]];
  if (own === undefined || source === undefined) return;
  for (const [name, param] of Object.entries(catalog.types.get(own.type)?.params ?? {})) {
    writeParam(draft, { node, name, param, value: source.params?.[name] ?? param.default });
  }
  if (source.mode === own.mode) return;
  if (source.mode === undefined) delete own.mode;
  else own.mode = source.mode;
}

/** The nodes that cut a mask exactly as a node cuts the image of that mask. */
function masksLike(nodes: Nodes, catalog: EditorCatalog, cutter: string): readonly string[] {
  const twin = definitionOf(catalog, nodes, cutter)?.cutsMask;
  if (twin === undefined) return [];
  const isAlike = (id: string) =>
    nodes[id]?.type === twin.type && hasSettingsOf(catalog, nodes[id], nodes[cutter] as WorkflowNode);
  const alike = Object.keys(nodes).filter(isAlike);
  if (alike.length === 0) return [];
  const behind = nodesReached(nodes, cutter, 'down');
  const readers = [...behind].flatMap((node) => {
    const inpaint = definitionOf(catalog, nodes, node)?.inpaint;
    return inpaint !== undefined && cuttersBefore(nodes, catalog, { node, inpaint }).includes(cutter) ? [node] : [];
  });
  return alike.filter((mask) => {
    const reached = nodesReached(nodes, mask, 'down');
    return readers.some((reader) => reached.has(reader));
  });
}

function hasSettingsOf(catalog: EditorCatalog, one: WorkflowNode, other: WorkflowNode): boolean {
  const params = Object.entries(catalog.types.get(one.type)?.params ?? {});
  return (
    one.mode === other.mode &&
    params.every(([name, param]) => (one.params?.[name] ?? param.default) === (other.params?.[name] ?? param.default))
  );
}

/** The workflow's own inputs that set a node's params; the inputs of a workflow are not those of its subgraphs. */
function placesOf({ inputs = {}, fed }: WorkflowDocument, node: string) {
  if (fed !== undefined) return [];
  return Object.entries(inputs).flatMap(([input, { to }]) =>
    to.flatMap((place) => (place.startsWith(`${node}.`) ? [{ input, param: place.slice(node.length + 1) }] : [])),
  );
}
