import { catalogOf, type Workflow } from '@unclip-studio/graph-core';
import type { DocumentLayout, LinkLayout, Point, WorkflowDocument } from '../document/document.js';
import { viewOf } from '../document/scope.js';
import { cardBoxes, wiresOf } from './card-boxes.js';
import type { EditorCatalog } from './definitions.js';
import { openWorkflow } from './open-workflow.js';
import { routeWires } from './route-wires.js';

// Less than for Tidy up, which works beside the page: a large file has to open at once. With few cards each try is cheap; workflows of some
// thirty nodes take up to 60,000.
const MAX_TRIED = { few: 100_000, many: 40_000 };
const FEW = 50;

/**
 * As {@link openWorkflow}, and the wires of nodes without a place are led around the cards. Loaded only for what comes from
 * elsewhere.
 */
export function layOut(workflow: Workflow, catalog: EditorCatalog): WorkflowDocument {
  const document = openWorkflow(workflow, catalog);
  const types = catalogOf(document, catalog);
  const layout = routed(document, workflow, types);
  const { subgraphs } = document;
  if (subgraphs === undefined) return { ...document, layout };
  const bodies = Object.entries(subgraphs).map(([name, body]) => {
    const view = viewOf(document, [{ node: '', subgraph: name }]);
    return [name, { ...body, layout: routed(view, workflow.subgraphs?.[name], types) }] as const;
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
  const cards = [...cardBoxes(document, catalog).values()];
  const routes = routeWires(
    wires.map(({ id, source, reader, from, to }) => ({ id, from: at(source, from), to: at(reader, to) })),
    cards,
    cards.length <= FEW ? MAX_TRIED.few : MAX_TRIED.many,
  );
  if (routes.size === 0) return layout;
  const links = [...routes].map(([id, points]): readonly [string, LinkLayout] => [id, { points }]);
  return { ...layout, links: { ...layout.links, ...Object.fromEntries(links) } };
}
