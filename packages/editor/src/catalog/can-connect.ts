import { type NodeDefinition, typesBetween } from '@unclip-studio/graph-core';
import type { WorkflowDocument } from '../document/document.js';
import { nodesReached } from '../document/links.js';
import { texts } from '../messages/texts.js';
import type { PortSide } from './card-layout.js';
import { definitionOf, type EditorCatalog, isKnownType } from './definitions.js';

export interface PortRef {
  readonly node: string;
  readonly side: PortSide;
  readonly name: string;
}

/** Whether two ports go together, and if not, why, for the user. */
export type Verdict = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Judges ports against the one a wire was pulled from. */
export interface ConnectionJudge {
  readonly from: PortRef;
  readonly type: string;
  judge(port: PortRef): Verdict;
  /** The port of a card to which the wire goes when it is dropped on the card: a free one first. */
  bestPort(node: string): PortRef | undefined;
}

const OK: Verdict = { ok: true };

/** @returns `undefined` if there is no such port */
export function judgeFrom(
  document: WorkflowDocument,
  catalog: EditorCatalog,
  from: PortRef,
): ConnectionJudge | undefined {
  const type = portType(document, catalog, from);
  if (type === undefined) return undefined;
  // Worked out once a gesture: what feeds an input's new source must not read it, and the other way round.
  const circular = nodesReached(document.nodes, from.node, from.side === 'output' ? 'up' : 'down');

  function judge(port: PortRef): Verdict {
    if (port.side === from.side) return refusal(texts.refusal.sameSide(from.side));
    if (port.node === from.node) return refusal(texts.refusal.sameNode);
    const other = portType(document, catalog, port);
    const node = document.nodes[port.node];
    if (other === undefined || node === undefined || !isKnownType(catalog, node.type)) {
      return refusal(texts.refusal.unknown);
    }
    const [got, expected] = from.side === 'output' ? [type ?? '', other] : [other, type ?? ''];
    if (got !== expected) return refusal(wrongTypeReason(catalog, got, expected));
    return circular.has(port.node) ? refusal(texts.refusal.cycle) : OK;
  }

  function bestPort(node: string): PortRef | undefined {
    const definition = definitionOf(catalog, document.nodes, node);
    if (definition === undefined) return undefined;
    const side = from.side === 'output' ? 'input' : 'output';
    const fitting = portNames(definition, side)
      .map((name): PortRef => ({ node, side, name }))
      .filter((port) => judge(port).ok);
    const isFree = ({ name }: PortRef) => document.nodes[node]?.inputs?.[name] === undefined;
    return fitting.find(isFree) ?? fitting[0];
  }

  return { from, type, judge, bestPort };
}

/** Whether one link may be made. */
export function canConnect(
  document: WorkflowDocument,
  catalog: EditorCatalog,
  [from, to]: readonly [PortRef, PortRef],
): Verdict {
  return judgeFrom(document, catalog, from)?.judge(to) ?? refusal(texts.refusal.unknown);
}

export function portType(document: WorkflowDocument, catalog: EditorCatalog, port: PortRef): string | undefined {
  const definition = definitionOf(catalog, document.nodes, port.node);
  const ports = port.side === 'input' ? definition?.inputs : definition?.outputs;
  return ports !== undefined && Object.hasOwn(ports, port.name) ? ports[port.name]?.type : undefined;
}

export function portNames(definition: NodeDefinition, side: PortSide): readonly string[] {
  return Object.keys(side === 'input' ? definition.inputs : definition.outputs);
}

function refusal(reason: string): Verdict {
  return { ok: false, reason };
}

function wrongTypeReason(catalog: EditorCatalog, got: string, expected: string): string {
  const between = typesBetween(catalog, got, expected).map((type) => catalog.types.get(type)?.title ?? type);
  const reason = texts.refusal.wrongType(expected, got);
  return between.length === 0 ? reason : `${reason} ${texts.refusal.put(between.join(' / '))}`;
}
