import { parseForeignJson } from '@unclip-studio/graph-core';

/**
 * JSON of ComfyUI: integers beyond 2^53 are parsed as BigInt instead of rounded, since seeds go up to 2^64 - 1, and NaN
 * and the infinities, which Python writes for unset values, as null.
 *
 * @throws ForeignJsonError if the text is not JSON, or an object has a duplicate key
 */
export function parseExactJson(text: string): unknown {
  return parseForeignJson(text, { wholeNumbers: 'exact', nonFinite: 'null', duplicateKeys: 'refused' });
}

/** The opposite: BigInts are written as the whole numbers they are. @param indent spaces; without, all is in one line */
export function formatExactJson(value: unknown, indent = 0): string {
  let hasMarks = false;
  const marked = (_: string, inner: unknown) => {
    if (typeof inner !== 'bigint') return inner;
    hasMarks = true;
    return MARK + inner;
  };
  const text = JSON.stringify(value, marked, indent);
  return hasMarks ? text.replace(MARKED, '$1') : text;
}

// Prefix of a text that encodes an integer. It is in no answer, so no external text can begin with it.
const MARK = `int-${crypto.getRandomValues(new Uint32Array(4)).join('')}-`;
const MARKED = new RegExp(`"${MARK}(-?\\d+)"`, 'g');

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
