import type { PortLooks } from '@unclip-studio/graph-core';
import { type RebindContext, StoredFormError, type StoredValue, unclipPortTypes } from '@unclip-studio/nodes-unclip';
import { codecOf } from '../services/results/port-codecs.js';
import type { Handles } from './transport.js';

const NAMES: ReadonlySet<string> = new Set(['image', 'mask', 'latent', 'embed']);

/** The port types of this program that plug-ins may use, with their looks. */
export const PORT_TYPES_FOR_PLUGINS: ReadonlyMap<string, PortLooks> = new Map(
  unclipPortTypes.filter(({ name }) => NAMES.has(name)).map(({ name, looks }) => [name, looks]),
);

/** Of one call: the parts of inputs that stay here, and that the plug-in can hand back. */
export function handlesOf(
  ports: Readonly<Record<string, { readonly type: string }>>,
  inputs: Readonly<Record<string, unknown>>,
): Handles {
  const kept: object[] = [];
  for (const [name, { type }] of Object.entries(ports)) {
    // The statistics and the checkpoint of an embedding.
    const space = type === 'embed' && (inputs[name] as { readonly space?: object } | undefined)?.space;
    if (space) kept.push(space);
  }
  return {
    tokenOf(value) {
      const token = kept.indexOf(value);
      return token === -1 ? undefined : token;
    },
    valueOf: (token) => kept[token],
  };
}

/** @throws Error if a plug-in gave something else than a value of this type */
export async function checkOutput(type: string, value: unknown, handles: Handles): Promise<unknown> {
  if (value === undefined) throw new Error('got nothing');
  if (type === 'embed') return checkEmbed(value, handles);
  if (!NAMES.has(type)) return checkStored(value);
  const codec = codecOf(type);
  if (codec === undefined) throw new Error(`Internal error: there is no codec for ${type}`);
  try {
    return await codec.decode(codec.encode(value), NO_MODELS);
  } catch (error) {
    if (error instanceof StoredFormError) throw error;
    // A codec takes values of our own code; of this one nothing is known.
    throw new Error('it does not have the form of the type', { cause: error });
  }
}

const NO_MODELS: RebindContext = { rebind: noModel, rebindModel: noModel };

async function noModel(): Promise<never> {
  throw new Error('plug-ins have no models');
}

function checkEmbed(value: unknown, handles: Handles): unknown {
  const { rows, space } = value as {
    readonly rows?: { readonly dims?: unknown; readonly data?: unknown };
    readonly space?: object;
  };
  const dims = rows?.dims;
  const isShape = Array.isArray(dims) && dims.length === 2 && dims.every((one) => Number.isSafeInteger(one) && one > 0);
  const isFull = isShape && rows?.data instanceof Float32Array && rows.data.length === dims[0] * dims[1];
  if (!isFull) throw new Error('expected "rows" as a tensor [n, d] of float32');
  if (space === undefined || handles.tokenOf(space) === undefined) throw new Error('expected the "space" of an input');
  return { rows: { dtype: 'float32', dims, data: rows.data }, space };
}

const MAX_ARRAYS = 1000;

function checkStored(value: unknown): StoredValue {
  const { fields, arrays } = value as Partial<StoredValue>;
  const isList = Array.isArray(arrays) && arrays.length <= MAX_ARRAYS;
  const kinds = [Float32Array, Float64Array, Uint32Array, Uint8Array];
  if (!isList || !arrays.every((array) => kinds.some((kind) => array instanceof kind)) || fields === undefined) {
    throw new Error('its codec did not give { fields, arrays }');
  }
  return { fields, arrays };
}
