import type { NodeDefinition } from '@unclip-studio/graph-core';
import { definitionOf, type EditorCatalog } from '../catalog/definitions.js';
import { freePlaceForNode } from '../catalog/free-place.js';
import { threadThrough } from '../document/commands/links.js';
import { writeParam } from '../document/commands/params.js';
import type { DocumentStore } from '../document/document-store.js';
import { linksOf, type Nodes, nodesReached } from '../document/links.js';
import { freshNodeId } from '../document/node-ids.js';
import { texts } from '../messages/texts.js';
import type { EditorSession } from '../session/session.js';
import { focusField } from './focus-field.js';

/** A param of a node on the canvas. */
export interface ParamPlace {
  readonly node: string;
  readonly param: string;
}

/** The node that varies a param, and its field for the values. */
export interface SweptParam {
  readonly sweep: string;
  readonly values: string;
}

/** The params of a sweep that name what it varies. */
function axesOf({ params }: NodeDefinition): readonly string[] {
  return Object.entries(params).flatMap(([name, param]) =>
    param.kind === 'text' && param.names === 'param' ? [name] : [],
  );
}

/**
 * Makes a param one side of a table of results, as one step: of a sweep that reads the node and has a side left, or of a new
 * one before what saves the image. The values begin with the current one.
 *
 * @returns `undefined` if no image is made of the node, or its sweep varies two others
 */
export function sweepParam(store: DocumentStore, catalog: EditorCatalog, place: ParamPlace): SweptParam | undefined {
  const { document } = store;
  const { nodes } = document;
  const name = `${place.node}.${place.param}`;
  const swept = definitionOf(catalog, nodes, place.node)?.params[place.param];
  const current = String(nodes[place.node]?.params?.[place.param] ?? swept?.default ?? '');
  const known = sweepBehind(nodes, catalog, place.node);
  const fresh = known === undefined ? newSweep(nodes, catalog, place.node) : undefined;
  const definition = known?.definition ?? fresh?.definition;
  if (definition === undefined) return undefined;
  const params = nodes[known?.id ?? '']?.params ?? {};
  const axes = axesOf(definition);
  const axis = axes.find((one) => params[one] === name) ?? axes.find((one) => String(params[one] ?? '').trim() === '');
  if (axis === undefined) return undefined;
  const values = `${axis}Values`;
  const id = known?.id ?? freshNodeId(definition.type, (taken) => Object.hasOwn(nodes, taken));
  store.edit(texts.edits.sweep, (draft) => {
    if (fresh !== undefined) {
      const node = { type: definition.type };
      const { x, y } = document.layout.nodes[fresh.source] ?? { x: 0, y: 0 };
      // Below what it reads; all other cards stay.
      const at = freePlaceForNode(document, catalog, { node, definition, at: { x, y: y + 150 } });
      draft.nodes[id] = node;
      draft.layout.nodes[id] = at;
      threadThrough(draft, fresh.link, { node: id, input: fresh.input, output: fresh.output });
    }
    if (params[axis] === name) return;
    writeParam(draft, { node: id, name: axis, param: definition.params[axis], value: name });
    writeParam(draft, { node: id, name: values, param: definition.params[values], value: current });
  });
  return { sweep: id, values };
}

function isSweep(definition: NodeDefinition | undefined): definition is NodeDefinition {
  return definition?.expands?.kind === 'sweep';
}

/** The first sweep that reads a node. */
function sweepBehind(nodes: Nodes, catalog: EditorCatalog, node: string) {
  for (const id of nodesReached(nodes, node, 'down')) {
    const definition = definitionOf(catalog, nodes, id);
    if (isSweep(definition)) return { id, definition };
  }
  return undefined;
}

/** A sweep on the wire by which an image gets to where it is saved. */
function newSweep(nodes: Nodes, catalog: EditorCatalog, node: string) {
  const definition = [...catalog.types.values()].find(isSweep);
  if (definition?.expands?.kind !== 'sweep') return undefined;
  const { input } = definition.expands;
  const type = definition.inputs[input]?.type;
  const output = Object.entries(definition.outputs).find((port) => port[1].type === type)?.[0];
  const behind = new Set([node, ...nodesReached(nodes, node, 'down')]);
  const link = linksOf(nodes).find(
    ({ source, output: given, reader }) =>
      behind.has(source) &&
      definitionOf(catalog, nodes, reader)?.sideEffects === true &&
      definitionOf(catalog, nodes, source)?.outputs[given]?.type === type,
  );
  return link === undefined || output === undefined
    ? undefined
    : { definition, link: link.id, source: link.source, input, output };
}

/** Does it, and goes to the values. */
export function sweepFromMenu(session: EditorSession, place: ParamPlace): void {
  const swept = sweepParam(session.store, session.catalog, place);
  if (swept === undefined) session.ui.setState({ message: texts.menu.noSweep });
  else void focusField(session, swept.sweep, swept.values);
}
