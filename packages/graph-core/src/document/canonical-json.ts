/**
 * JSON with sorted keys, so that equal values give equal texts. Keys that hold `undefined` are left out.
 * Numbers read back as the same number; -0 is written 0. The value must be a tree of JSON values.
 */
export function canonicalJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, sortKeys, indent);
}

// Workflows reach about 10. Spaces before each line grow with the square of the depth: a megabyte of lists could become 70.
const MAX_INDENTED_DEPTH = 32;

/** The spaces with which a file of the value is indented: 2, or 0 where objects and lists lie very deep inside one another. */
export function indentationOf(value: unknown): 0 | 2 {
  return isDeeper(value, MAX_INDENTED_DEPTH) ? 0 : 2;
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  if (keys.length < 2 || isSorted(keys)) return value;
  // Object.fromEntries defines own properties, so a key such as "__proto__" stays data.
  return Object.fromEntries(keys.sort().map((key) => [key, (value as Record<string, unknown>)[key]]));
}

function isSorted(keys: readonly string[]): boolean {
  return keys.every((key, i) => i === 0 || (keys[i - 1] as string) < key);
}
