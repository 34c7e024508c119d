import { knownClass } from './comfy-classes.js';
import { type ComfyNode, textOf } from './comfy-graph.js';
import { CUSTOM_SAMPLERS } from './custom-sampling.js';
import { nodesInCircles } from './find-circles.js';
import { MAX_CHAIN } from './give-values.js';
import { type LookUpError, lookUpError } from './link-problems.js';
import { numberOf } from './rules/value-readers.js';
import { SAMPLERS, samplerOf } from './sampler-names.js';

/** An input of a node that ComfyUI's server would reject, in addition to invalid numbers. */
export type InputProblem = {
  /** Id of the ComfyUI node. */
  readonly node: string;
  readonly classType: string;
  readonly input: string;
  /** Id of the node that needs the value of this one, if it is another node. */
  readonly reader?: string;
} & (
  | { readonly kind: 'not-in-list'; readonly received: unknown; readonly list: readonly string[] }
  /** `received`: null, where a link is expected. */
  | { readonly kind: 'missing'; readonly received?: null }
  /** A link that leads to no output. `isAtOutput`: of a node that saves or shows. */
  | {
      readonly kind: 'no-source';
      readonly received: unknown;
      readonly isAtOutput: boolean;
      readonly error: LookUpError;
    }
  /** A link by which a node reads itself, also by way of others. */
  | { readonly kind: 'circle'; readonly received: unknown; readonly through: readonly string[] }
  /** A link from an output of another type. */
  | { readonly kind: 'mismatch'; readonly received: unknown; readonly type: string; readonly expected: string }
  | { readonly kind: 'below' | 'above'; readonly received: unknown; readonly limit: number | bigint }
  /** A list that is not a pair, or another value where only a link is allowed. */
  | { readonly kind: 'no-link'; readonly received: unknown }
  /** A latent that is a setting of samplers here, at a node that is none. */
  | {
      readonly kind: 'for-samplers';
      readonly received: unknown;
      readonly source: { readonly id: string; readonly type: string };
    }
  /** A value that a node of a class without a counterpart would compute. */
  | { readonly kind: 'unknown-class'; readonly received?: undefined; readonly title: string }
);

// ComfyUI added them later than most clients; their values here are the previous behavior.
const LATER: Readonly<Record<string, readonly string[]>> = {
  CLIPVisionEncode: ['crop'],
  InpaintModelConditioning: ['noise_mask'],
  VAEDecodeTiled: ['tile_size', 'overlap', 'temporal_size', 'temporal_overlap'],
  VAEEncodeTiled: ['tile_size', 'overlap', 'temporal_size', 'temporal_overlap'],
};

/** Inputs that are missing, not connected, of another type, or out of range in nodes of known classes. */
export function findInputProblems(nodes: ReadonlyMap<string, ComfyNode>): readonly InputProblem[] {
  const circles = nodesInCircles(nodes);
  return [...nodes.values()].flatMap((node) => {
    const { required = {}, optional = {}, isOutput = false } = knownClass(node.type) ?? {};
    return Object.entries({ ...required, ...optional }).flatMap(([input, [type, limits]]) => {
      const isOptional = Object.hasOwn(optional, input);
      const declared = { type, limits: limits as Limits | undefined, isOptional, isOutput };
      const found = linkProblemAt(node, input, { declared, nodes, circles }) ?? problemAt(node, input, declared);
      const lost =
        found === undefined && isValueType(type) ? lostValueProblem(node, input, { nodes, circles }) : undefined;
      if (lost !== undefined) return [lost];
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
  readonly isOptional: boolean;
  readonly isOutput: boolean;
}

interface Linked {
  readonly declared: Declared;
  readonly nodes: ReadonlyMap<string, ComfyNode>;
  readonly circles: ReadonlySet<string>;
}

// The setting of the node itself, or of a linked primitive node.
const VALUE_TYPES: ReadonlySet<string> = new Set(['INT', 'FLOAT', 'STRING', 'BOOLEAN']);

function linkProblemAt(node: ComfyNode, input: string, { declared, nodes, circles }: Linked): object | undefined {
  const received = linkAt(node, input);
  if (received === undefined) return undefined;
  if (received.length !== 2) return { kind: 'no-link', received };
  const error = lookUpError(received, nodes);
  if (error !== undefined) return { kind: 'no-source', received, isAtOutput: declared.isOutput, error };
  const id = String(received[0]);
  if (circles.has(node.id) && circles.has(id)) return { kind: 'circle', received, through: [id, node.id] };
  const { type } = declared;
  const output = knownClass(nodes.get(id)?.type ?? '')?.output;
  if (output === undefined) return undefined;
  const found = output.at(Number(received[1])) ?? 'none';
  // ComfyUI compares texts, so that nothing can be linked to a list to choose from, and no INT to a FLOAT.
  const expected = typeof type === 'string' ? type : 'COMBO';
  if (found !== expected) return { kind: 'mismatch', received, type: found, expected };
  const part = type === 'LATENT' && !TAKES_PARTS.has(node.type) ? samplerPart(nodes.get(id), nodes) : undefined;
  return part && { kind: 'for-samplers', received, source: { id: part.id, type: part.type } };
}

const LATENT_PARTS: ReadonlySet<string> = new Set(['EmptyLatentImage', 'RepeatLatentBatch', 'SetLatentNoiseMask']);
const TAKES_PARTS: ReadonlySet<string> = new Set([
  ...LATENT_PARTS,
  ...['LatentFromBatch', 'KSampler', 'KSamplerAdvanced'],
  ...CUSTOM_SAMPLERS,
]);

/** The node that makes no latent here, as it is a part of the sampler that reads it. */
function samplerPart(source: ComfyNode | undefined, nodes: Linked['nodes']): ComfyNode | undefined {
  const taken = source?.type === 'LatentFromBatch' ? nodes.get(source.links['samples']?.node ?? '') : source;
  if (source?.type === 'LatentFromBatch' && taken?.type !== 'EmptyLatentImage') return undefined;
  return taken !== undefined && LATENT_PARTS.has(taken.type) ? taken : undefined;
}

/** Why a link to a value gives none: the problem of its source, also through nodes that pass a value on. */
function lostValueProblem(
  reader: ComfyNode,
  input: string,
  { nodes, circles }: Omit<Linked, 'declared'>,
): InputProblem | undefined {
  let link = Object.hasOwn(reader.given ?? {}, input) ? undefined : reader.links[input];
  for (let passed = 0; link !== undefined && passed < MAX_CHAIN; passed++) {
    const node = nodes.get(link.node);
    if (node === undefined) return undefined;
    const at = { node: node.id, classType: node.type, input: 'value', reader: reader.id };
    const known = knownClass(node.type);
    if (known === undefined) return { ...at, kind: 'unknown-class', title: node.title ?? node.type };
    const type = known.required['value']?.[0];
    if (type === undefined) return undefined;
    const declared = { type, limits: undefined, isOptional: false, isOutput: false };
    const found = linkProblemAt(node, 'value', { declared, nodes, circles }) ?? problemAt(node, 'value', declared);
    if (found !== undefined) return { ...at, ...found } as InputProblem;
    link = node.links['value'];
  }
  return undefined;
}

function isValueType(type: Declared['type']): boolean {
  return typeof type !== 'string' || VALUE_TYPES.has(type);
}

/** A list, as the file has it: ComfyUI takes each for a link. */
function linkAt({ values, links, written = {} }: ComfyNode, input: string): readonly unknown[] | undefined {
  const asWritten = Object.hasOwn(written, input) ? written[input] : undefined;
  if (Array.isArray(asWritten)) return asWritten;
  const link = Object.hasOwn(links, input) ? links[input] : undefined;
  if (link !== undefined) return [link.node, link.slot];
  const value = Object.hasOwn(values, input) ? values[input] : undefined;
  return Array.isArray(value) ? value : undefined;
}

function problemAt(node: ComfyNode, input: string, declared: Declared): object | undefined {
  const { type, limits = {}, isOptional } = declared;
  const { values, links, given = {} } = node;
  if (Object.hasOwn(links, input) && !Object.hasOwn(given, input)) return undefined;
  const isMissing = isOptional || LATER[node.type]?.includes(input) === true ? undefined : { kind: 'missing' };
  if (!Object.hasOwn(values, input)) return isMissing;
  const received = values[input];
  if (typeof type !== 'string') {
    // Of files, the names are known to the server.
    const isSampler = input === 'sampler_name' && samplerOf(received) !== undefined;
    const list = input === 'sampler_name' ? Object.keys(SAMPLERS) : type;
    const isListed = list.length === 0 || isSampler || list.includes(textOf(received));
    return isListed ? undefined : { kind: 'not-in-list', received, list };
  }
  // ComfyUI takes both, and fails where it runs the node.
  if (received === null && !VALUE_TYPES.has(type)) return isMissing && { ...isMissing, received };
  if (!VALUE_TYPES.has(type)) return { kind: 'no-link', received };
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
