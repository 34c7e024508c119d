/**
 * JSON with sorted keys, so that equal values give equal texts. Keys that hold `undefined` are left out.
 * Numbers read back as the same number; -0 is written 0. The value must be a tree of JSON values.
 */
export function canonicalJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, sortKeys, indent);
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
