import { judgeFrom, type PortRef, portNames } from '../catalog/can-connect.js';
import { definitionOf, type EditorCatalog } from '../catalog/definitions.js';
import type { WorkflowDocument } from '../document/document.js';

/** A port that goes with another one. */
export interface Partner {
  readonly port: PortRef;
  readonly title: string;
  /** It is an input that reads something already, and would read this instead. */
  readonly isTaken: boolean;
}

/** Every port with which this one can be connected; free ones first. */
export function partnersOf(document: WorkflowDocument, catalog: EditorCatalog, from: PortRef): readonly Partner[] {
  const judge = judgeFrom(document, catalog, from);
  if (judge === undefined) return [];
  const side = from.side === 'output' ? 'input' : 'output';
  const all = Object.entries(document.nodes).flatMap(([node, { inputs, title }]) => {
    const definition = definitionOf(catalog, document.nodes, node);
    if (definition === undefined) return [];
    return portNames(definition, side)
      .map((name): PortRef => ({ node, side, name }))
      .filter((port) => judge.judge(port).ok)
      .map((port): Partner => {
        const isTaken = side === 'input' && inputs?.[port.name] !== undefined;
        return { port, title: title ?? definition.title, isTaken };
      });
  });
  return [...all.filter(({ isTaken }) => !isTaken), ...all.filter(({ isTaken }) => isTaken)];
}
