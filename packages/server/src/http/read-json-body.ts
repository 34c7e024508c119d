import { type Diagnostic, describeDiagnostic, scanJson } from '@unclip-studio/graph-core';
import { Problem } from './problem.js';

const RESERVED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
// A key can also be written with escapes.
const MAY_HOLD_RESERVED = /__proto__|constructor|prototype|\\u/;

/**
 * Reads a request's JSON, in UTF-8: nesting and duplicate keys are checked on the text, before anything walks over the
 * values, and keys used for prototype pollution are rejected everywhere.
 *
 * @throws Problem 400 naming the location
 */
export function readJsonBody(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  const mistake = scanJson(text);
  if (mistake !== undefined) throw badBody(describeInBody(mistake));
  const reserved: string[] = [];
  const value = parse(text, (key, part) => {
    if (RESERVED_KEYS.has(key)) reserved.push(key);
    return part;
  });
  if (reserved.length > 0) throw badBody(`The body uses the key "${reserved[0]}", which JavaScript reserves.`);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badBody('The body is not JSON: its bytes are no UTF-8. Save or send it as UTF-8.');
  }
}

function parse(text: string, visit: (key: string, part: unknown) => unknown): unknown {
  // Visiting every key doubles the time, and nearly every body can be seen to need it not.
  return MAY_HOLD_RESERVED.test(text) ? JSON.parse(text, visit) : JSON.parse(text);
}

function badBody(message: string): Problem {
  return new Problem('bad-request', message, { errors: [{ path: 'body', message }] });
}

function describeInBody(problem: Diagnostic): string {
  return describeDiagnostic(problem).replace('The file', 'The body');
}
