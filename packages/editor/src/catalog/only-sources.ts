import type { NodeDefinition } from '@unclip-studio/graph-core';
import type { OutputRef } from '../document/commands/links.js';
import type { WorkflowDocument } from '../document/document.js';
import { nodesReached } from '../document/links.js';
import { definitionOf, type EditorCatalog } from './definitions.js';

interface NewReader {
  readonly definition: NodeDefinition;
  /** The type of the wire to which the node is added; its other inputs of that type are left to the user. */
  readonly wireType: string;
  /** A node that will read the new one. */
  readonly reader?: string | undefined;
}

/**
 * What the required inputs of a new node can only be connected to, such as the VAE of the only model.
 *
 * @returns input -> the one output of its type in the workflow
 */
export function onlySources(
  document: WorkflowDocument,
  catalog: EditorCatalog,
  { definition, wireType, reader }: NewReader,
): Readonly<Record<string, OutputRef>> {
  const { nodes } = document;
  const behind = reader === undefined ? new Set<string>() : new Set([reader, ...nodesReached(nodes, reader, 'down')]);
  const outputs = Object.keys(nodes)
    .filter((id) => !behind.has(id))
    .flatMap((node) =>
      Object.entries(definitionOf(catalog, nodes, node)?.outputs ?? {}).map(([output, { type }]) => ({
        ...{ type, source: { node, output } },
      })),
    );
  return Object.fromEntries(
    Object.entries(definition.inputs).flatMap(([input, { type, optional }]) => {
      const [only, ...others] =
        optional === true || type === wireType ? [] : outputs.filter((one) => one.type === type);
      return only === undefined || others.length > 0 ? [] : [[input, only.source] as const];
    }),
  );
}
