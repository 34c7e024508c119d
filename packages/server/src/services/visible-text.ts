/**
 * What a terminal acts on instead of showing it: control characters but tab and line feed, and the marks that turn the
 * direction of text. The last two end a line for some programs.
 */
const ACTED_ON = /(?![\t\n])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * Shows what a terminal would act on as `\u001b`. Texts come from files of strangers, and could otherwise move the cursor,
 * rename the window or make a name look like another. In JSON and TypeScript the result means the same as before, since
 * such characters stand only in strings and comments there.
 */
export function makeVisible(text: string): string {
  return text.replace(ACTED_ON, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// A prompt may have thousands of characters; its beginning says which one it is.
const MAX_LENGTH = 80;

/** A value of a param as one line shows it. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH - 1)}…`;
}
