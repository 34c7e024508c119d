import { comfyClasses } from './comfy-classes.js';
import { type ComfyNode, textOf } from './comfy-graph.js';
import { numberOf } from './rules/value-readers.js';

/** An input of a node that ComfyUI's server would refuse, beside numbers that are none. */
export type InputProblem = {
  /** Id of the ComfyUI node. */
  readonly node: string;
  readonly classType: string;
  readonly input: string;
} & (
  | { readonly kind: 'missing' }
  | { readonly kind: 'no-source'; readonly received: unknown }
  | { readonly kind: 'not-in-list'; readonly received: unknown; readonly list: readonly string[] }
  | { readonly kind: 'below' | 'above'; readonly received: unknown; readonly limit: number | bigint }
);

// ComfyUI got them later than most clients; their values here are what was done before.
const LATER: Readonly<Record<string, readonly string[]>> = {
  CLIPVisionEncode: ['crop'],
  VAEDecodeTiled: ['tile_size', 'overlap', 'temporal_size', 'temporal_overlap'],
  VAEEncodeTiled: ['tile_size', 'overlap', 'temporal_size', 'temporal_overlap'],
};

/** What is missing, leads nowhere, or is out of range in nodes of the classes that are known here. */
export function findInputProblems(nodes: ReadonlyMap<string, ComfyNode>): readonly InputProblem[] {
  const classes = comfyClasses({ checkpoints: [], models: {}, images: [], samplers: [] });
  return [...nodes.values()].flatMap((node) => {
    const required = Object.hasOwn(classes, node.type) ? classes[node.type]?.required : undefined;
    return Object.entries(required ?? {}).flatMap(([input, [type, limits]]) => {
      const found = problemAt(node, input, { type, limits: limits as Limits | undefined });
      return found === undefined ? [] : [{ node: node.id, classType: node.type, input, ...found } as InputProblem];
    });
  });
}

interface Limits {
  readonly min?: number | bigint;
  readonly max?: number | bigint;
}

interface Declared {
  readonly type: string | readonly string[];
  readonly limits: Limits | undefined;
}

function problemAt(node: ComfyNode, input: string, { type, limits = {} }: Declared): object | undefined {
  const { values, links, given = {}, written = {} } = node;
  if (Object.hasOwn(links, input) && !Object.hasOwn(given, input)) return undefined;
  if (!Object.hasOwn(values, input)) {
    if (Object.hasOwn(written, input)) return { kind: 'no-source', received: written[input] };
    return LATER[node.type]?.includes(input) === true ? undefined : { kind: 'missing' };
  }
  const received = values[input];
  if (typeof type !== 'string') {
    // Of files, the names are known to the server.
    const isListed = type.length === 0 || type.includes(textOf(received));
    return isListed ? undefined : { kind: 'not-in-list', received, list: type };
  }
  if (type !== 'INT' && type !== 'FLOAT') return undefined;
  const value = numberFrom(received);
  if (value === undefined) return undefined;
  if (limits.min !== undefined && value < limits.min) return { kind: 'below', received, limit: limits.min };
  if (limits.max !== undefined && value > limits.max) return { kind: 'above', received, limit: limits.max };
  return undefined;
}

/** Without rounding seeds; `undefined` where it is none. */
function numberFrom(value: unknown): number | bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string' && /^\s*[+-]?\d{16,}\s*$/.test(value)) return BigInt(value.trim().replace(/^\+/, ''));
  const number = numberOf(value, Number.NaN);
  return Number.isNaN(number) ? undefined : number;
}
