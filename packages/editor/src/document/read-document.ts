import { WORKFLOW_FORMAT, WORKFLOW_VERSION, type Workflow } from '@unclip-studio/graph-core';
import type {
  Box,
  DocumentLayout,
  Frame,
  LinkLayout,
  NodeLayout,
  Note,
  Point,
  ReroutePoint,
  WorkflowDocument,
} from './document.js';
import { type CardSize, placeInColumns, USUAL_SIZE } from './place-in-columns.js';

/** A document with nothing in it. */
export const EMPTY_DOCUMENT: WorkflowDocument = {
  format: WORKFLOW_FORMAT,
  version: WORKFLOW_VERSION,
  nodes: {},
  layout: { nodes: {}, frames: [], notes: [] },
};

/**
 * Takes a workflow into the editor. Nodes without a place get one, looks that cannot be read are dropped, and
 * everything else is kept as it came.
 *
 * @param sizeOf keeps cards apart that get a place
 */
export function readDocument(workflow: Workflow, sizeOf: CardSize = () => USUAL_SIZE): WorkflowDocument {
  const { subgraphs } = workflow;
  const readLayout = (body: Pick<Workflow, 'nodes' | 'layout'>) => layoutOf(body, sizeOf);
  if (subgraphs === undefined) return { ...workflow, layout: readLayout(workflow) };
  const placed = Object.entries(subgraphs).map(
    ([name, body]) => [name, { ...body, layout: readLayout(body) }] as const,
  );
  return { ...workflow, subgraphs: Object.fromEntries(placed), layout: readLayout(workflow) };
}

function layoutOf(workflow: Pick<Workflow, 'nodes' | 'layout'>, sizeOf: CardSize): DocumentLayout {
  const given = workflow.layout ?? {};
  const givenNodes = isRecord(given['nodes']) ? given['nodes'] : {};
  const nodes: Record<string, NodeLayout> = {};
  const homeless: string[] = [];
  for (const id of Object.keys(workflow.nodes)) {
    const looks = Object.hasOwn(givenNodes, id) ? givenNodes[id] : undefined;
    if (isPoint(looks)) nodes[id] = looks as NodeLayout;
    else homeless.push(id);
  }
  Object.assign(nodes, placeInColumns(workflow, { ids: homeless, placed: nodes, sizeOf }));
  return {
    ...given,
    nodes,
    frames: listOf(given['frames'], isFrame),
    notes: listOf(given['notes'], isNote),
    ...(isRecord(given['links']) && { links: linkLayouts(given['links']) }),
  };
}

function linkLayouts(given: Readonly<Record<string, unknown>>): Record<string, LinkLayout> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([id, looks]) => {
      const points = isRecord(looks) ? listOf(looks['points'], isPoint).map(reroutePoint) : [];
      return points.length > 0 ? [[id, { points }]] : [];
    }),
  );
}

function reroutePoint(point: Point & { readonly name?: unknown }): ReroutePoint {
  const { name, ...place } = point;
  return typeof name === 'string' ? { ...place, name } : place;
}

function listOf<T>(value: unknown, fits: (item: unknown) => item is T): readonly T[] {
  return Array.isArray(value) ? value.filter(fits) : [];
}

function isFrame(value: unknown): value is Frame {
  return isNamedBox(value) && typeof (value as { title?: unknown }).title === 'string';
}

function isNote(value: unknown): value is Note {
  return isNamedBox(value) && typeof (value as { text?: unknown }).text === 'string';
}

function isNamedBox(value: unknown): value is Box & { readonly id: string } {
  if (!isRecord(value) || !isPoint(value)) return false;
  const { id, width, height } = value as Readonly<Record<string, unknown>>;
  return typeof id === 'string' && Number.isFinite(width) && Number.isFinite(height);
}

function isPoint(value: unknown): value is Point {
  return isRecord(value) && Number.isFinite(value['x']) && Number.isFinite(value['y']);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
