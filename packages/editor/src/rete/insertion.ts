import { portType } from '../catalog/can-connect.js';
import { CARD } from '../catalog/card-layout.js';
import { definitionOf, type EditorCatalog } from '../catalog/definitions.js';
import type { ThroughPorts } from '../document/commands/links.js';
import type { WorkflowDocument } from '../document/document.js';
import { linksOf } from '../document/links.js';
import type { CardGeometry } from './card-geometry.js';
import type { WireIndex } from './wire-index.js';

export interface InsertionQuery {
  readonly node: string;
  readonly document: WorkflowDocument;
  readonly catalog: EditorCatalog;
  readonly geometry: CardGeometry;
  readonly wires: WireIndex;
}

/**
 * The wire into which a card would go if it were dropped where it is now. Only cards without any wire are put into one:
 * to move a connected card across a wire must change nothing.
 */
export function insertionAt(
  query: InsertionQuery,
): { readonly link: string; readonly through: ThroughPorts } | undefined {
  const { node, document, catalog, geometry, wires } = query;
  const box = geometry.box(node);
  const definition = definitionOf(catalog, document.nodes, node);
  if (box === undefined || definition === undefined) return undefined;
  if (linksOf(document.nodes).some(({ source, reader }) => source === node || reader === node)) return undefined;
  const middle = { x: box.x + box.width / 2, y: box.y + CARD.header / 2 };
  const link = wires.at(middle, CARD.header)?.link;
  const wire = link === undefined ? undefined : wires.get(link);
  if (link === undefined || wire === undefined) return undefined;
  const type = portType(document, catalog, { node: wire.source, side: 'output', name: wire.output });
  const fits = (ports: typeof definition.outputs) => Object.entries(ports).find(([, port]) => port.type === type)?.[0];
  const input = fits(definition.inputs);
  const output = fits(definition.outputs);
  return input === undefined || output === undefined ? undefined : { link, through: { node, input, output } };
}
