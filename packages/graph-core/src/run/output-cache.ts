import type { NodeDefinition } from '../definition/node-definition.js';
import type { RunOutput } from '../run-events.js';

/** What one evaluation gave: the values of its output ports, and the files it made. */
export interface NodeResult {
  readonly values: Readonly<Record<string, unknown>>;
  readonly published: readonly RunOutput[];
}

/** Results of earlier evaluations by fingerprint. */
export interface OutputCache {
  get(fingerprint: string): NodeResult | undefined;
  /** @param definition of the node that gave the result */
  set(fingerprint: string, result: NodeResult, definition: NodeDefinition): void;
  /** Results that outlive the process, looked up when `get` finds nothing; optional. */
  readonly kept?: KeptResults;
}

/** Results somewhere slower than memory, such as a disk. */
export interface KeptResults {
  /** Answers without waiting and quickly, since a run asks it for every node that nothing else knows. */
  has(fingerprint: string, definition: NodeDefinition): boolean;
  /** Finds out, before a run, which of these `has` is to know of; left out: it knows by itself. Never rejects. */
  readonly lookUp?: (
    nodes: readonly { readonly fingerprint: string; readonly definition: NodeDefinition }[],
  ) => Promise<void>;
  /**
   * Never rejects.
   *
   * @returns `undefined` if the result is gone or damaged; the node is evaluated then
   */
  read(fingerprint: string, definition: NodeDefinition): Promise<NodeResult | undefined>;
  /** Keeps a result when there is time and room for it; the run does not wait. */
  write(fingerprint: string, result: NodeResult, definition: NodeDefinition): void;
}

/** A cache in memory in front of results that outlive the process. */
export function cacheOver(kept: KeptResults, memory: OutputCache): OutputCache {
  return {
    get: (fingerprint) => memory.get(fingerprint),
    set(fingerprint, result, definition) {
      memory.set(fingerprint, result, definition);
      kept.write(fingerprint, result, definition);
    },
    kept: {
      ...kept,
      async read(fingerprint, definition) {
        const result = await kept.read(fingerprint, definition);
        if (result !== undefined) memory.set(fingerprint, result, definition);
        return result;
      },
    },
  };
}

/**
 * Keeps results in memory, the least recently used dropped first.
 *
 * @param maxBytes of the typed arrays and texts in all results together, not counting what runs still hold
 */
export function createOutputCache({ maxBytes }: { readonly maxBytes: number }): OutputCache {
  // A Map iterates in order of insertion; a hit is inserted again, so the first entry is the least recently used.
  const entries = new Map<string, { readonly result: NodeResult; readonly sizeBytes: number }>();
  let totalBytes = 0;
  return {
    get(fingerprint) {
      const entry = entries.get(fingerprint);
      if (entry === undefined) return undefined;
      entries.delete(fingerprint);
      entries.set(fingerprint, entry);
      return entry.result;
    },
    set(fingerprint, result) {
      totalBytes -= entries.get(fingerprint)?.sizeBytes ?? 0;
      entries.delete(fingerprint);
      const sizeBytes = estimateBytes(result.values);
      if (sizeBytes > maxBytes) return;
      entries.set(fingerprint, { result, sizeBytes });
      totalBytes += sizeBytes;
      for (const [oldest, entry] of entries) {
        if (totalBytes <= maxBytes) break;
        entries.delete(oldest);
        totalBytes -= entry.sizeBytes;
      }
    },
  };
}

// What an entry takes besides its data; keeps a cache of very many tiny results bounded too.
const OVERHEAD_BYTES = 128;
const MAX_DEPTH = 8;

/**
 * About how much memory a node's values hold on to: typed arrays and texts, in nested objects and lists.
 * An object with methods is a handle to something that others own, and counts nothing.
 */
function estimateBytes(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.length * 2;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return 0;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  const members = Object.values(value);
  if (members.some((member) => typeof member === 'function')) return 0;
  return members.reduce<number>((sum, member) => sum + estimateBytes(member, depth + 1), OVERHEAD_BYTES);
}
