const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const MARK = '\u0001int:';

/**
 * JSON whose whole numbers beyond 2^53 come out as BigInt instead of rounded: seeds go up to 2^64 - 1.
 *
 * @throws SyntaxError if the text is not JSON
 */
export function parseExactJson(text: string): unknown {
  const marked = text.replace(STRING_OR_NUMBER, (token) =>
    /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? JSON.stringify(MARK + token) : token,
  );
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value,
  );
}

/** The opposite: BigInts are written as the whole numbers they are. */
export function formatExactJson(value: unknown): string {
  const text = JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${MARK}${inner}` : inner), 2);
  return text.replace(/"\\u0001int:(-?\d+)"/g, '$1');
}

/** The value as plain JSON, BigInts as `{ bigint: "…" }` and without keys that could reach a prototype. */
export function toPlainJson(value: unknown): unknown {
  if (typeof value === 'bigint') return { bigint: String(value) };
  return mapInside(value, toPlainJson);
}

/** The opposite of {@link toPlainJson}. */
export function fromPlainJson(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'bigint' in value) {
    const { bigint } = value;
    if (typeof bigint === 'string' && /^-?\d{1,40}$/.test(bigint)) return BigInt(bigint);
  }
  return mapInside(value, fromPlainJson);
}

function mapInside(value: unknown, map: (inner: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !RESERVED.has(key));
  return Object.fromEntries(entries.map(([key, inner]) => [key, map(inner)]));
}

const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
