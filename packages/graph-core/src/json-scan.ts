import type { Diagnostic } from './diagnostics.js';

/** Bytes of a workflow file; a graph of 10,000 nodes takes about 2 MB. */
export const MAX_WORKFLOW_BYTES = 32 * 1024 * 1024;
/** Objects and arrays inside one another. */
export const MAX_JSON_DEPTH = 64;

interface Level {
  /** The keys seen so far, or `null` in an array. */
  readonly keys: Set<string> | null;
  expectsKey: boolean;
}

/**
 * Finds in a JSON text what `JSON.parse` accepts and the rest of the program must not meet: nesting without end, and
 * a key given twice in one object, of which `JSON.parse` would drop the first without a word.
 * Text that is no JSON is left for `JSON.parse` to report.
 */
export function scanJson(text: string): Diagnostic | undefined {
  const levels: Level[] = [];
  for (let i = 0; i < text.length; i++) {
    const level = levels.at(-1);
    switch (text[i]) {
      case '{':
      case '[':
        if (levels.length === MAX_JSON_DEPTH) return { code: 'too-deep', limit: MAX_JSON_DEPTH, ...placeIn(text, i) };
        levels.push(text[i] === '{' ? { keys: new Set(), expectsKey: true } : { keys: null, expectsKey: false });
        break;
      case '}':
      case ']':
        levels.pop();
        break;
      case ',':
        if (level?.keys) level.expectsKey = true;
        break;
      case '"': {
        const end = endOfString(text, i);
        if (level?.expectsKey && level.keys) {
          const key = text.slice(i + 1, end);
          if (level.keys.has(key)) return { code: 'duplicate-key', key, ...placeIn(text, i) };
          level.keys.add(key);
          level.expectsKey = false;
        }
        i = end;
        break;
      }
    }
  }
  return undefined;
}

/** Line and column, both from 1, of a position in a text. */
export function placeIn(text: string, position: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  return { line, column: position - before.lastIndexOf('\n') };
}

function endOfString(text: string, start: number): number {
  let end = start;
  do {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
  } while (isEscaped(text, end));
  return end;
}

function isEscaped(text: string, position: number): boolean {
  let backslashes = 0;
  while (text[position - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}
