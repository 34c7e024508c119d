import type { WeightedText } from '../prompt-weights.js';

const STEP = 1.1;
const OPENING = '('.charCodeAt(0);
const CLOSING = ')'.charCodeAt(0);

/** A span of the prompt whose parentheses are still to be found. */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
  /** Its content is not parsed again. */
  readonly isText?: true;
}

/**
 * Reads the weights of a prompt as ComfyUI does: `(words:1.3)` is 1.3 regardless of the context, `(words)` the
 * surrounding weight times 1.1. Square brackets mean nothing, `\(` and `\)` are characters, and so is everything after
 * a parenthesis that is never closed. Adjacent pieces of the same weight stay separate.
 *
 * @see ComfyUI 0.3.64, comfy/sd1_clip.py, token_weights
 */
export function readComfyUiWeights(prompt: string): readonly WeightedText[] {
  // Escaped ones become characters that no prompt holds, one for one, so that they are passed over.
  const text = prompt.replaceAll('\\)', '\u0001').replaceAll('\\(', '\u0002');
  const pieces: WeightedText[] = [];
  const open: Part[] = [{ from: 0, to: text.length, weight: 1 }];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const { from, to, weight, isText } = part;
    if (isText) pieces.push({ text: plainText(text.slice(from, to)), weight });
    else open.push(...partsOf(text, part).toReversed());
  }
  return pieces;
}

/** The outermost parentheses of a part, and their content. */
function partsOf(text: string, { from, to, weight }: Part): readonly Part[] {
  const parts: Part[] = [];
  let start = from;
  let depth = 0;
  const put = (end: number) => {
    if (end > start) parts.push(toPart(text, { from: start, to: end, weight }));
    start = end;
  };
  for (let at = from; at < to; at++) {
    // Codes, since deep parentheses are looked through once for each level.
    const code = text.charCodeAt(at);
    if (code === OPENING) {
      if (depth === 0) put(at);
      depth++;
    } else if (code === CLOSING) {
      depth--;
      // One that closes nothing counts below zero, as there.
      if (depth === 0) put(at + 1);
    }
  }
  put(to);
  return parts;
}

/** Python's form of a number, without its words for infinity. */
const NUMBER = /^\s*[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?\s*$/i;

function toPart(text: string, { from, to, weight }: Part): Part {
  if (to - from < 2 || text[from] !== '(' || text[to - 1] !== ')') return { from, to, weight, isText: true };
  const inner = text.slice(from + 1, to - 1);
  const colon = inner.lastIndexOf(':');
  const number = colon > 0 ? inner.slice(colon + 1) : '';
  return NUMBER.test(number)
    ? { from: from + 1, to: from + 1 + colon, weight: Number(number.replaceAll('_', '')) }
    : { from: from + 1, to: to - 1, weight: weight * STEP };
}

function plainText(text: string): string {
  return text.replaceAll('\u0001', ')').replaceAll('\u0002', '(');
}
