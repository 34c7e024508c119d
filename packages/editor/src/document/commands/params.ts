import type { Catalog, NodeDefinition, Param } from '@unclip-studio/graph-core';
import { texts } from '../../messages/texts.js';
import type { DocumentDraft } from '../document.js';
import type { DocumentStore } from '../document-store.js';

export interface ParamChange {
  readonly node: string;
  readonly name: string;
  /** Its definition, if the type is known. */
  readonly param: Param | undefined;
  readonly value: unknown;
}

/** Sets one param. Edits of one field that follow each other quickly are one undo step. */
export function setParam(store: DocumentStore, change: ParamChange): boolean {
  const mergeKey = `param ${change.node}.${change.name}`;
  return store.edit(texts.edits.setParam(change.name), (draft) => writeParam(draft, change), mergeKey);
}

/** How a step is called, and with which ones just before it is one. */
export interface StepName {
  readonly label: string;
  readonly mergeKey?: string;
}

/** Sets several params as one step. */
export function setParams(
  store: DocumentStore,
  { label, mergeKey }: StepName,
  changes: readonly ParamChange[],
): boolean {
  const write = (draft: DocumentDraft) => {
    for (const change of changes) writeParam(draft, change);
  };
  return store.edit(label, write, mergeKey);
}

/** Replaces a checkpoint wherever the nodes name it, as one step: parts of two models do not fit together. */
export function replaceCheckpoint(
  store: DocumentStore,
  catalog: Pick<Catalog<NodeDefinition>, 'types'>,
  { from, to }: { readonly from: string; readonly to: string },
): boolean {
  const changes = Object.entries(store.document.nodes).flatMap(([node, { type, params = {} }]) =>
    Object.entries(catalog.types.get(type)?.params ?? {})
      .filter(([name, { kind }]) => kind === 'checkpoint' && params[name] === from)
      .map(([name, param]) => ({ node, name, param, value: to })),
  );
  return setParams(store, { label: texts.edits.replaceCheckpoint }, changes);
}

/** Sets a param inside an edit. */
export function writeParam(draft: Pick<DocumentDraft, 'nodes'>, { node: id, name, param, value }: ParamChange): void {
  const node = draft.nodes[id];
  if (node === undefined) return;
  const params = node.params ?? {};
  // A workflow file omits defaults.
  if (param !== undefined && value === param.default) {
    if (!Object.hasOwn(params, name)) return;
    delete params[name];
    if (Object.keys(params).length === 0) delete node.params;
    return;
  }
  if (Object.is(params[name], value)) return;
  if (node.params === undefined) node.params = { [name]: value };
  else params[name] = value;
}
