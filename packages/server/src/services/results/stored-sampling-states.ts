import { createHash } from 'node:crypto';
import type { SamplingStates } from '@unclip-studio/nodes-unclip';
import { arrayFileParts, readArrayFile } from './array-file.js';
import type { ResultStore } from './result-store.js';

/**
 * Stores the states of samplers with the results, under the same limit: the least recently used states are removed
 * first.
 *
 * @param arithmetic see {@link SamplingStates.arithmetic}
 */
export function createSamplingStates(store: ResultStore, arithmetic?: () => Promise<string>): SamplingStates {
  return {
    ...(arithmetic && { arithmetic }),
    nameOf(text, arrays) {
      const hash = createHash('sha256').update('sampling state\n').update(text);
      for (const array of arrays) hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
      return hash.digest('hex');
    },
    ...(store.lookUp && { lookUp: store.lookUp }),
    has: (name) => store.has(name),
    async read(name) {
      const bytes = await store.read(name);
      if (bytes === undefined) return undefined;
      const { header, arrays } = readArrayFile(bytes);
      return { fields: header, arrays };
    },
    write: (name, { fields, arrays }) => store.write(name, () => arrayFileParts({ header: fields, arrays })),
  };
}
