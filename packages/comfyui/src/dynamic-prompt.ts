/** A prompt as ComfyUI's page sends it. */
export interface SentPrompt {
  readonly text: string;
  /** Where the page draws one of several texts at each run: `{red|blue}`. */
  readonly choices: readonly string[];
}

// More than anyone writes by hand; deeper nesting is read as text.
const MAX_DEPTH = 64;

/**
 * What ComfyUI's page makes of a prompt before it sends it: comments are taken out, and of `{red|blue}` it takes one text,
 * here always the first. `\{`, `\}` and `\|` are characters. Takes time in proportion to the length.
 *
 * @see Comfy-Org/ComfyUI_frontend, src/utils/formatUtil.ts, processDynamicPrompt
 */
export function sendPrompt(written: string): SentPrompt {
  const { text, choices } = takeFirst(withoutComments(written));
  return { text: text.replace(/\\([{}|])/g, '$1'), choices };
}

function withoutComments(text: string): string {
  let kept = '';
  let at = 0;
  for (const { index, 0: mark } of text.matchAll(/\/[/*]/g)) {
    if (index < at) continue;
    const end = mark === '//' ? text.indexOf('\n', index) : text.indexOf('*/', index + 2);
    // Without an end, "//" extends to the end of the text, and "/*" does not start a comment, nor does any after it.
    if (end < 0 && mark === '/*') break;
    kept += text.slice(at, index);
    at = end < 0 ? text.length : mark === '//' ? end : end + 2;
  }
  return kept + text.slice(at);
}

function takeFirst(text: string): SentPrompt {
  const choices: string[] = [];
  let at = 0;

  /** Up to the end, or to what ends one text of a choice. */
  function readText(depth: number): string {
    let read = '';
    while (at < text.length) {
      const character = text[at] as string;
      if (depth > 0 && (character === '|' || character === '}')) break;
      if (character === '{' && depth < MAX_DEPTH) {
        read += readChoice(depth + 1);
        continue;
      }
      // An escaped character ends nothing.
      const length = character === '\\' ? 2 : 1;
      read += text.slice(at, at + length);
      at += length;
    }
    return read;
  }

  function readChoice(depth: number): string {
    const start = at++;
    const first = readText(depth);
    const isChoice = text[at] === '|';
    while (text[at] === '|') {
      at++;
      readText(depth);
    }
    at++;
    if (isChoice && depth === 1) choices.push(text.slice(start, at));
    return first;
  }

  return { text: readText(0), choices };
}
