import { definitions } from 'virtual:offline-catalogue';
import { type CardLayout, cardLayoutOf, definitionOf, portLooks, readCatalog } from '@unclip-studio/editor/catalog';
import { linksOf, type WorkflowDocument } from '@unclip-studio/editor/document';
import type { NodeDefinition, WorkflowNode } from '@unclip-studio/graph-core';
import { type Edge, type Node, type NodeHandle, Position } from '@xyflow/react';

/** What a card shows; the editor's own definitions and sizes. */
export interface CardData extends Record<string, unknown> {
  readonly node: WorkflowNode;
  readonly definition: NodeDefinition;
  readonly layout: CardLayout;
}

export type CardNode = Node<CardData, 'card'>;

// Square, in canvas units; the style sheet has the same.
const SOCKET_SIZE = 12;

export const catalog = readCatalog(definitions as readonly NodeDefinition[]);

/**
 * The cards of a workflow. Sizes and sockets are given, so that the library measures nothing before it can leave out what
 * is off the screen: it is shown at its best.
 */
export function toNodes(document: WorkflowDocument): CardNode[] {
  return Object.entries(document.nodes).flatMap(([id, node]) => {
    const definition = definitionOf(catalog, document.nodes, id);
    const layout = cardLayoutOf(document, catalog, id);
    const place = document.layout.nodes[id];
    if (definition === undefined || layout === undefined || place === undefined) return [];
    const { width, height } = layout;
    const position = { x: place.x, y: place.y };
    const data = { node, definition, layout };
    return [{ id, type: 'card', position, width, height, handles: toHandles(data), data }];
  });
}

/** The wires, in the colours of what goes through them. */
export function toEdges(document: WorkflowDocument): Edge[] {
  return linksOf(document.nodes).map(({ id, source, output, reader, input }) => {
    const type = definitionOf(catalog, document.nodes, source)?.outputs[output]?.type ?? '';
    const style = { stroke: portLooks(type, catalog).colour, strokeWidth: 2 };
    return { id, source, sourceHandle: output, target: reader, targetHandle: input, style };
  });
}

function toHandles({ definition, layout }: CardData): NodeHandle[] {
  const ofSide = (side: 'input' | 'output') =>
    Object.keys(definition[`${side}s`]).map((id): NodeHandle => {
      const { x, y } = layout.socket(side, id) ?? { x: 0, y: 0 };
      const isInput = side === 'input';
      return {
        id,
        type: isInput ? 'target' : 'source',
        position: isInput ? Position.Left : Position.Right,
        x: x - SOCKET_SIZE / 2,
        y: y - SOCKET_SIZE / 2,
        width: SOCKET_SIZE,
        height: SOCKET_SIZE,
      };
    });
  return [...ofSide('input'), ...ofSide('output')];
}
