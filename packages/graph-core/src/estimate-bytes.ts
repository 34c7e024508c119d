// What an entry takes besides its data; keeps a cache of very many tiny results bounded too.
const OVERHEAD_BYTES = 128;
const MAX_DEPTH = 8;

/**
 * About how much memory a node's values hold on to: typed arrays and texts, in nested objects and lists.
 * An object with methods is a handle to something that others own, and counts nothing.
 */
export function estimateBytes(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.length * 2;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return 0;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  const members = Object.values(value);
  if (members.some((member) => typeof member === 'function')) return 0;
  return members.reduce<number>((sum, member) => sum + estimateBytes(member, depth + 1), OVERHEAD_BYTES);
}
