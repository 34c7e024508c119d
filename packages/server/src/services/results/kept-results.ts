import type { KeptResults, NodeDefinition, NodeResult } from '@unclip-studio/graph-core';
import {
  type CheckpointService,
  MODEL_FILE_NAMES,
  type RebindContext,
  type StoredArray,
  StoredFormError,
  type StoredValue,
} from '@unclip-studio/nodes-unclip';
import { arrayFileParts, readArrayFile } from './array-file.js';
import { codecOf as findCodec } from './port-codecs.js';
import type { ResultStore } from './result-store.js';

// Those nearest to the end of the plan, which make the most of the others needless.
const MAX_LOOKED_UP = 256;

const FORMAT = 'unclip-result';

/** The data in a file other than its arrays. */
interface Header {
  readonly format: typeof FORMAT;
  readonly type: string;
  readonly outputs: Readonly<Record<string, StoredOutput>>;
}

interface StoredOutput {
  readonly portType: string;
  readonly version: number;
  readonly fields: unknown;
  /** How many of the file's arrays belong to it, in the order of the outputs. */
  readonly arrays: number;
}

/**
 * Stores the results of nodes by fingerprint. Only nodes whose outputs are all data are stored: one that outputs models
 * is opened again instead, and one that only reads a file would gain nothing.
 *
 * @param checkpoints where a result that belongs to a checkpoint finds it again
 */
export function createKeptResults(
  store: ResultStore,
  checkpoints: Pick<CheckpointService, 'open' | 'openModel'>,
): KeptResults {
  const context: RebindContext = {
    async rebind(name, identity) {
      const checkpoint = await checkpoints.open(name);
      if (checkpoint.identity !== identity) throw new Error(`the checkpoint ${name} is another one now`);
      return checkpoint;
    },
    async rebindModel(kind, name, identity) {
      const model = await checkpoints.openModel(kind, name);
      if (model.identity !== identity) throw new Error(`the ${MODEL_FILE_NAMES[kind]} ${name} is another one now`);
      return model;
    },
  };
  const keepable = new WeakMap<NodeDefinition, boolean>();
  function isKept(definition: NodeDefinition): boolean {
    const known = keepable.get(definition) ?? isKeepable(definition);
    keepable.set(definition, known);
    return known;
  }
  return {
    has: (fingerprint, definition) => isKept(definition) && store.has(fingerprint),
    ...(store.lookUp && {
      lookUp: async (nodes) => {
        const kept = nodes.filter(({ definition }) => isKept(definition));
        await store.lookUp?.(kept.slice(-MAX_LOOKED_UP).map(({ fingerprint }) => fingerprint));
      },
    }),
    async read(fingerprint, definition) {
      const bytes = await store.read(fingerprint);
      if (bytes === undefined) return undefined;
      // Cached by another version, or for a checkpoint that was changed or moved: recomputed in both cases.
      const result = await decodeResult(bytes, definition, context).catch(() => undefined);
      if (result === undefined) await store.drop(fingerprint);
      return result;
    },
    write(fingerprint, result, definition) {
      // A returned file may be gone tomorrow.
      if (!isKept(definition) || result.published.length > 0) return;
      store.write(fingerprint, () => tryEncodeResult(result, definition));
    },
  };
}

/** Whether a store keeps the results of such nodes; see {@link createKeptResults}. */
export function isKeepable({ inputs, outputs, sideEffects }: NodeDefinition): boolean {
  const ports = Object.values(outputs);
  const hasInputs = Object.keys(inputs).length > 0;
  return !sideEffects && hasInputs && ports.length > 0 && ports.every(({ type }) => findCodec(type) !== undefined);
}

/** @returns `undefined` if a value holds more than can be kept of it */
function tryEncodeResult(result: NodeResult, definition: NodeDefinition): readonly Uint8Array[] | undefined {
  try {
    return encodeResult(result, definition);
  } catch (error) {
    if (error instanceof StoredFormError) return undefined;
    throw error;
  }
}

function encodeResult({ values }: NodeResult, { type, outputs }: NodeDefinition): readonly Uint8Array[] {
  const arrays: StoredArray[] = [];
  const stored: Record<string, StoredOutput> = {};
  for (const [name, port] of Object.entries(outputs)) {
    const codec = codecOf(port.type);
    const encoded = codec.encode(values[name]);
    arrays.push(...encoded.arrays);
    const { version } = codec;
    stored[name] = { portType: port.type, version, fields: encoded.fields, arrays: encoded.arrays.length };
  }
  const header: Header = { format: FORMAT, type, outputs: stored };
  return arrayFileParts({ header, arrays });
}

async function decodeResult(
  bytes: Uint8Array,
  { type, outputs }: NodeDefinition,
  context: RebindContext,
): Promise<NodeResult | undefined> {
  const { header, arrays } = readArrayFile(bytes);
  const { format, type: storedType, outputs: stored } = header as Header;
  if (format !== FORMAT || storedType !== type) return undefined;
  const values: Record<string, unknown> = {};
  let next = 0;
  for (const [name, { portType, version, fields, arrays: count }] of Object.entries(stored)) {
    const codec = codecOf(portType);
    if (outputs[name]?.type !== portType || codec.version !== version) return undefined;
    const value: StoredValue = { fields, arrays: arrays.slice(next, next + count) };
    next += count;
    values[name] = await codec.decode(value, context);
  }
  return Object.keys(outputs).every((name) => name in values) ? { values, published: [] } : undefined;
}

function codecOf(portType: string) {
  const codec = findCodec(portType);
  if (codec === undefined) throw new Error(`Internal error: there is no codec for ${portType}`);
  return codec;
}
