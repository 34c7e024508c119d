import type { Diagnostic } from './diagnostics.js';

/** What a step gives that a user's input can make fail: its value, or every problem found. */
export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export function success<Value>(value: Value): Result<Value> {
  return { ok: true, value };
}

export function failure(...diagnostics: readonly Diagnostic[]): Result<never> {
  return { ok: false, diagnostics };
}
