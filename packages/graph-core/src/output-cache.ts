import { estimateBytes } from './estimate-bytes.js';
import type { RunOutput } from './run-events.js';

/** What one evaluation gave: the values of its output ports, and the files it made. */
export interface NodeResult {
  readonly values: Readonly<Record<string, unknown>>;
  readonly published: readonly RunOutput[];
}

/** Results of earlier evaluations by fingerprint. */
export interface OutputCache {
  get(fingerprint: string): NodeResult | undefined;
  set(fingerprint: string, result: NodeResult): void;
}

/**
 * Keeps results in memory, the least recently used dropped first.
 *
 * @param maxBytes of the typed arrays and texts in all results together, not counting what runs still hold
 */
export function createOutputCache({ maxBytes }: { readonly maxBytes: number }): OutputCache {
  // A Map iterates in order of insertion; a hit is inserted anew, so the first entry is the least recently used.
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
