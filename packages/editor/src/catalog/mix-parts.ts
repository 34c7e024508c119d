import type { NodeDefinition } from '@unclip-studio/graph-core';

/** One thing that a node mixes: the input it comes by, and the param which says how much it counts. */
export interface MixPart {
  readonly input: string;
  readonly weight: string;
}

const known = new WeakMap<NodeDefinition, readonly MixPart[]>();

/**
 * What a node mixes by weights that a point among its parts can stand for: inputs with a number, each with a number param
 * `weight` of the same number. None for nodes of other kinds.
 */
export function mixPartsOf(definition: NodeDefinition): readonly MixPart[] {
  let parts = known.get(definition);
  if (parts === undefined) {
    parts = Object.keys(definition.inputs).flatMap((input) => {
      const [, number] = /^\D+(\d+)$/.exec(input) ?? [];
      const weight = `weight${number}`;
      return number !== undefined && definition.params[weight]?.kind === 'number' ? [{ input, weight }] : [];
    });
    known.set(definition, parts);
  }
  return parts;
}
