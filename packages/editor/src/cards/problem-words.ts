import type { Problem } from '../catalog/find-problems.js';

/** A problem in the words of its card, which says itself which node it is: the start of the sentence is left out. */
export function wordsOf({ message, field }: Problem): string {
  const [, after] = /^Node "[^"]*" \([^)]*\)(?:, (?:input|param) "[^"]*")?:? (.*)$/s.exec(message) ?? [];
  if (after === undefined) return message;
  return field === undefined ? after : `${field}: ${after}`;
}
