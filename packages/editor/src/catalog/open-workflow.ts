import { catalogOf, migrateNodes, type Workflow } from '@unclip-studio/graph-core';
import type { DocumentLayout, LinkLayout, Point, WorkflowDocument } from '../document/document.js';
import { USUAL_SIZE } from '../document/place-in-columns.js';
import { readDocument } from '../document/read-document.js';
import { viewOf } from '../document/scope.js';
import { cardBoxes } from './card-boxes.js';
import { layoutCard } from './card-layout.js';
import type { EditorCatalog } from './definitions.js';
import { routeWires, wiresOf } from './route-wires.js';

// Less than for Tidy up, which works beside the page: a file of a thousand nodes has to open at once.
const MAX_TRIED = 200_000;

/**
 * Takes a workflow into the editor, in the form that its nodes have here. Those without a place get one of their own, and
 * wires a way around the cards.
 */
export function openWorkflow(workflow: Workflow, catalog: EditorCatalog): WorkflowDocument {
  const migrated = migrateNodes(workflow, catalog);
  const types = catalogOf(migrated, catalog);
  const document = readDocument(migrated, (node, looks) => {
    const definition = types.types.get(node.type);
    return definition === undefined ? USUAL_SIZE : layoutCard(definition, looks, node);
  });
  const layout = routed(document, migrated, types);
  const { subgraphs } = document;
  if (subgraphs === undefined) return layout === document.layout ? document : { ...document, layout };
  const bodies = Object.entries(subgraphs).map(([name, body]) => {
    const view = viewOf(document, [{ node: '', subgraph: name }]);
    return [name, { ...body, layout: routed(view, migrated.subgraphs?.[name], types) }] as const;
  });
  return { ...document, layout, subgraphs: Object.fromEntries(bodies) };
}

/** The layout with points for the wires of the cards that had no place in the file. */
function routed(
  document: WorkflowDocument,
  before: Pick<Workflow, 'layout'> | undefined,
  catalog: EditorCatalog,
): DocumentLayout {
  const { layout } = document;
  const given = before?.layout?.['nodes'];
  const isNew = (id: string) => !(typeof given === 'object' && given !== null && Object.hasOwn(given, id));
  const wires = wiresOf(document, catalog).filter(
    ({ id, source, reader }) => (isNew(source) || isNew(reader)) && layout.links?.[id] === undefined,
  );
  if (wires.length === 0) return layout;
  const at = (node: string, { x, y }: Point): Point => {
    const corner = layout.nodes[node] ?? { x: 0, y: 0 };
    return { x: corner.x + x, y: corner.y + y };
  };
  const routes = routeWires(
    wires.map(({ id, source, reader, from, to }) => ({ id, from: at(source, from), to: at(reader, to) })),
    [...cardBoxes(document, catalog).values()],
    MAX_TRIED,
  );
  if (routes.size === 0) return layout;
  const links = [...routes].map(([id, points]): readonly [string, LinkLayout] => [id, { points }]);
  return { ...layout, links: { ...layout.links, ...Object.fromEntries(links) } };
}
