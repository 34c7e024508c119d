import type { ComfyClass } from './comfy-class.js';
import { comfyClasses } from './comfy-classes.js';
import { type ComfyNode, textOf } from './comfy-graph.js';
import { numberOf } from './rules/value-readers.js';
import { SAMPLERS, samplerOf } from './sampler-names.js';

/** An input of a node that ComfyUI's server would refuse, beside numbers that are none. */
export type InputProblem = {
  /** Id of the ComfyUI node. */
  readonly node: string;
  readonly classType: string;
  readonly input: string;
} & (
  | { readonly kind: 'missing' }
  /** `isOutput`: of a node that saves or shows. */
  | { readonly kind: 'no-source'; readonly received: unknown; readonly isOutput: boolean }
  /** A link from an output of another type. */
  | { readonly kind: 'mismatch'; readonly received: unknown; readonly type: string; readonly expected: string }
  | { readonly kind: 'not-in-list'; readonly received: unknown; readonly list: readonly string[] }
  | { readonly kind: 'below' | 'above'; readonly received: unknown; readonly limit: number | bigint }
  /** A list that is no link, where a text is expected. */
  | { readonly kind: 'no-link'; readonly received: unknown }
  /** Nothing where a prompt is expected. */
  | { readonly kind: 'no-text'; readonly received: unknown }
);

// ComfyUI got them later than most clients; their values here are what was done before.
const LATER: Readonly<Record<string, readonly string[]>> = {
  CLIPVisionEncode: ['crop'],
  VAEDecodeTiled: ['tile_size', 'overlap', 'temporal_size', 'temporal_overlap'],
  VAEEncodeTiled: ['tile_size', 'overlap', 'temporal_size', 'temporal_overlap'],
};

/** What is missing, leads nowhere or to another type, or is out of range in nodes of the classes that are known here. */
export function findInputProblems(nodes: ReadonlyMap<string, ComfyNode>): readonly InputProblem[] {
  const classes = comfyClasses({ checkpoints: [], models: {}, images: [], samplers: Object.keys(SAMPLERS) });
  const classOf = ({ type }: ComfyNode) => (Object.hasOwn(classes, type) ? classes[type] : undefined);
  return [...nodes.values()].flatMap((node) => {
    const declared = classOf(node);
    const { required = {}, optional = {}, isOutput = false } = declared ?? {};
    return Object.entries({ ...required, ...optional }).flatMap(([input, [type, limits]]) => {
      const more = { limits: limits as Limits | undefined, isOptional: Object.hasOwn(optional, input), isOutput };
      const found = mismatchAt(node, input, { type, nodes, classOf }) ?? problemAt(node, input, { type, ...more });
      return found === undefined ? [] : [{ node: node.id, classType: node.type, input, ...found } as InputProblem];
    });
  });
}

interface Limits {
  readonly min?: number | bigint;
  readonly max?: number | bigint;
  readonly multiline?: boolean;
}

interface Linked {
  readonly type: string | readonly string[];
  readonly nodes: ReadonlyMap<string, ComfyNode>;
  classOf(node: ComfyNode): ComfyClass | undefined;
}

// What may come from a node that is nothing but a value is set here.
const VALUE_TYPES: ReadonlySet<string> = new Set(['INT', 'FLOAT', 'STRING', 'BOOLEAN']);

function mismatchAt({ links }: ComfyNode, input: string, { type, nodes, classOf }: Linked): object | undefined {
  const link = Object.hasOwn(links, input) ? links[input] : undefined;
  const source = link && nodes.get(link.node);
  const output = source && classOf(source)?.output;
  if (typeof type !== 'string' || VALUE_TYPES.has(type) || link === undefined || output === undefined) return undefined;
  const found = output[link.slot] ?? 'none';
  return found === type
    ? undefined
    : { kind: 'mismatch', received: [link.node, link.slot], type: found, expected: type };
}

interface Declared {
  readonly type: string | readonly string[];
  readonly limits: Limits | undefined;
  readonly isOptional: boolean;
  readonly isOutput: boolean;
}

function problemAt(node: ComfyNode, input: string, declared: Declared): object | undefined {
  const { type, limits = {}, isOptional, isOutput } = declared;
  const { values, links, given = {}, written = {} } = node;
  if (Object.hasOwn(links, input) && !Object.hasOwn(given, input)) return undefined;
  if (!Object.hasOwn(values, input)) {
    if (Object.hasOwn(written, input)) return { kind: 'no-source', received: written[input], isOutput };
    return isOptional || LATER[node.type]?.includes(input) === true ? undefined : { kind: 'missing' };
  }
  const received = values[input];
  if (typeof type !== 'string') {
    // Of files, the names are known to the server.
    const isSampler = input === 'sampler_name' && samplerOf(received) !== undefined;
    const isListed = type.length === 0 || isSampler || type.includes(textOf(received));
    return isListed ? undefined : { kind: 'not-in-list', received, list: type };
  }
  if (type === 'STRING') {
    if (Array.isArray(received)) return { kind: 'no-link', received };
    return received === null && limits.multiline === true ? { kind: 'no-text', received } : undefined;
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
