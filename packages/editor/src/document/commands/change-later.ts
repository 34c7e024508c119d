import { type Catalog, type NodeDefinition, parseLink } from '@unclip-studio/graph-core';
import { texts } from '../../messages/texts.js';
import type { DocumentStore } from '../document-store.js';
import { freshNodeId } from '../node-ids.js';

// Below the copied nodes, and slightly offset, so that both are visible.
const OFFSET = { x: 40, y: 320 };

/** Whether the settings of a node of this type can change from a later step on. */
export function canChangeLater(definition: NodeDefinition | undefined): boolean {
  return definition?.later !== undefined;
}

/**
 * Prepares a sampler for other settings after a step: copies the nodes of its conditioning, connects the copies to its
 * later inputs, and switches halfway if no step is set. Until a copy is changed the image stays the same.
 *
 * @returns ids of the copies; `undefined` if there is nothing to copy, or the document may not be changed
 */
export function changeLater(store: DocumentStore, id: string, catalog: Catalog): readonly string[] | undefined {
  const { document } = store;
  const node = document.nodes[id];
  const definition = catalog.types.get(node?.type ?? '');
  const later = definition?.later;
  if (node === undefined || later === undefined) return undefined;
  const links = node.inputs ?? {};
  const leading = Object.entries(later.inputs).flatMap(([input, laterInput]) => {
    if (laterInput === undefined || links[laterInput] !== undefined) return [];
    const source = parseLink(links[input] ?? '');
    return source === undefined ? [] : [{ laterInput, source }];
  });
  if (leading.length === 0) return undefined;
  const copies = new Map<string, string>();
  const isDone = store.edit(texts.edits.changeLater, (draft) => {
    const sampler = draft.nodes[id];
    if (sampler === undefined) return;
    for (const { laterInput, source } of leading) {
      const copied = document.nodes[source.node];
      if (copied === undefined) continue;
      const copy = copies.get(source.node) ?? freshNodeId(copied.type, (taken) => Object.hasOwn(draft.nodes, taken));
      copies.set(source.node, copy);
      draft.nodes[copy] = { ...structuredClone(copied), title: texts.changeLater.title(copied.title ?? source.node) };
      const at = document.layout.nodes[source.node];
      if (at !== undefined) draft.layout.nodes[copy] = { ...at, x: at.x + OFFSET.x, y: at.y + OFFSET.y };
      sampler.inputs = { ...sampler.inputs, [laterInput]: `${copy}.${source.output}` };
    }
    if ((sampler.params?.[later.at] ?? 0) === 0) {
      const stepsParam = definition?.preview?.steps ?? '';
      const steps = Number(sampler.params?.[stepsParam] ?? definition?.params[stepsParam]?.default ?? 2);
      sampler.params = { ...sampler.params, [later.at]: Math.max(1, Math.round(steps / 2)) };
    }
  });
  return isDone ? [...copies.values()] : undefined;
}
