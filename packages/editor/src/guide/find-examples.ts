import type { NodeDefinition } from '@unclip-studio/graph-core';
import type { Template } from '@unclip-studio/protocol';
import type { EditorCatalog } from '../catalog/definitions.js';

export interface Examples {
  readonly templates: readonly Template[];
  /** Whether the node is in them; else they show where it could be put. */
  readonly useIt: boolean;
}

const MOST = 3;

/** Templates that show what a node does: those with the node, simplest first, or those in which it could stand. */
export function findExamples(
  { type, inputs, outputs }: NodeDefinition,
  templates: readonly Template[],
  catalog: EditorCatalog,
): Examples {
  const withNode = templates.filter(({ nodeTypes }) => nodeTypes.includes(type));
  if (withNode.length > 0) return { templates: simplest(withNode), useIt: true };
  const taken = typesOf(inputs);
  const given = typesOf(outputs);
  const fits = templates.filter(({ nodeTypes }) => {
    const others = nodeTypes.flatMap((other) => catalog.types.get(other) ?? []);
    const isFed = taken.length === 0 || others.some((other) => holdsOne(typesOf(other.outputs), taken));
    return isFed && (given.length === 0 || others.some((other) => holdsOne(typesOf(other.inputs), given)));
  });
  return { templates: simplest(fits), useIt: false };
}

/** What runs without a download comes first, then what has the fewest kinds of nodes. */
function simplest(templates: readonly Template[]): readonly Template[] {
  const rank = ({ requires, nodeTypes }: Template) => (requires === undefined ? 0 : 1000) + nodeTypes.length;
  return [...templates].sort((a, b) => rank(a) - rank(b)).slice(0, MOST);
}

function typesOf(ports: NodeDefinition['inputs'] | NodeDefinition['outputs']): readonly string[] {
  return [...new Set(Object.values(ports).map(({ type }) => type))];
}

function holdsOne(types: readonly string[], wanted: readonly string[]): boolean {
  return wanted.some((type) => types.includes(type));
}
