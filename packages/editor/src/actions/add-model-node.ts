import type { NodeDefinition } from '@unclip-studio/graph-core';
import type { InstalledModel } from '@unclip-studio/protocol';
import { definitionOf, type EditorCatalog } from '../catalog/definitions.js';
import { freePlaceForNode } from '../catalog/free-place.js';
import { setInput } from '../document/commands/links.js';
import type { DocumentDraft, WorkflowDocument } from '../document/document.js';
import type { DocumentStore } from '../document/document-store.js';
import { type Link, linksOf } from '../document/links.js';
import { freshNodeId } from '../document/node-ids.js';
import { texts } from '../messages/texts.js';
import type { EditorSession } from '../session/session.js';
import { focusField } from './focus-field.js';

type NamedModel = Pick<InstalledModel, 'type' | 'name'>;

/** The node type that takes a model of a kind, and the param that names it; `undefined` for whole checkpoints. */
export function modelNodeFor(catalog: EditorCatalog, type: string) {
  for (const definition of catalog.types.values()) {
    const found = Object.entries(definition.params).find(
      ([, param]) => param.kind === 'checkpoint' && param.model === type,
    );
    if (found !== undefined) return { definition, param: found[0] };
  }
  return undefined;
}

/**
 * Adds the node that takes an installed model, as one step. One that changes another model, such as a LoRA, is put between
 * that model and all that reads it.
 *
 * @returns its id
 */
export function addModelNode(
  store: DocumentStore,
  catalog: EditorCatalog,
  { type, name, at }: NamedModel & { readonly at: { readonly x: number; readonly y: number } },
): string | undefined {
  const found = modelNodeFor(catalog, type);
  if (found === undefined) return undefined;
  const { definition, param } = found;
  const { document } = store;
  const id = freshNodeId(definition.type, (taken) => Object.hasOwn(document.nodes, taken));
  const node = { type: definition.type, params: { [param]: name } };
  const changes = changesOf(document, catalog, definition);
  const [first] = changes;
  const source = first && document.layout.nodes[first.links[0]?.source ?? ''];
  const wanted = source === undefined ? at : { x: source.x + 330, y: source.y };
  const place = freePlaceForNode(document, catalog, { node, definition, at: wanted });
  const added = store.edit(texts.edits.addNode(definition.title), (draft: DocumentDraft) => {
    draft.nodes[id] = node;
    draft.layout.nodes[id] = place;
    for (const { input, output, links } of changes) {
      for (const { source: giver, output: given, reader, input: read } of links) {
        setInput(draft, { node: giver, output: given }, { node: id, input });
        setInput(draft, { node: id, output }, { node: reader, input: read });
      }
    }
  });
  return added ? id : undefined;
}

interface Change {
  readonly input: string;
  readonly output: string;
  /** All links from the output that is changed to what reads it. */
  readonly links: readonly Link[];
}

/** Where a node that outputs what it gets, changed, belongs: behind all others of that kind. */
function changesOf(
  { nodes }: WorkflowDocument,
  catalog: EditorCatalog,
  { inputs, outputs }: NodeDefinition,
): readonly Change[] {
  const links = linksOf(nodes);
  const typeOf = ({ source, output }: Link) => definitionOf(catalog, nodes, source)?.outputs[output]?.type;
  return Object.entries(inputs).flatMap(([input, port]) => {
    const output = Object.entries(outputs).find(([, { type }]) => type === port.type)?.[0];
    if (output === undefined) return [];
    const passesOn = (id: string) =>
      Object.values(definitionOf(catalog, nodes, id)?.outputs ?? {}).some(({ type }) => type === port.type);
    const last = links.find((link) => typeOf(link) === port.type && !passesOn(link.reader));
    if (last === undefined) return [];
    const same = links.filter(
      (link) => link.source === last.source && link.output === last.output && !passesOn(link.reader),
    );
    return [{ input, output, links: same }];
  });
}

/** Adds it to what is open, and goes to the number that says how strongly it counts. */
export function useModel(session: EditorSession, model: NamedModel): void {
  const { store, catalog, canvas, models } = session;
  const at = canvas.current?.toCanvas({ x: innerWidth / 2, y: innerHeight / 2 }) ?? { x: 0, y: 0 };
  const id = addModelNode(store, catalog, { ...model, at });
  models?.close();
  if (id === undefined) return;
  const params = modelNodeFor(catalog, model.type)?.definition.params ?? {};
  const [strength = ''] = Object.entries(params).find(([, { kind }]) => kind === 'number') ?? [];
  // The dialog gives the focus back to its button first.
  setTimeout(() => void focusField(session, id, strength), 50);
}
