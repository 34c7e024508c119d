// A prompt may have thousands of characters; its beginning says which one it is.
const MAX_LENGTH = 80;

/** A value of a param as one line shows it. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH - 1)}…`;
}
