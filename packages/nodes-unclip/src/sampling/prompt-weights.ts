import { type Tensor, tensor } from '../tensor/tensor.js';

/** A piece of a prompt and how much it counts; 1 as written. */
export interface WeightedText {
  readonly text: string;
  readonly weight: number;
}

// What one pair of parentheses does without a number.
const STEP = 1.1;

/**
 * Reads `(words)`, `(words:1.3)` and nested ones. A number replaces the weight around it, parentheses without one
 * multiply it by 1.1; `\\(` and `\\)` are plain characters, and a parenthesis that is never closed is one too. Takes a time
 * that grows with the text, however deep the parentheses are.
 *
 * @see ComfyUI, comfy/sd1_clip.py, token_weights
 */
export function parsePromptWeights(prompt: string, weight = 1): readonly WeightedText[] {
  const closing = findClosing(prompt);
  const pieces: WeightedText[] = [];
  const outer: Part[] = [];
  let part: Part = { end: prompt.length, next: prompt.length, weight };
  let from = 0;
  const put = (to: number) => {
    if (to > from) pieces.push({ text: unescapeParentheses(prompt.slice(from, to)), weight: part.weight });
    from = to;
  };
  for (let at = 0; ; ) {
    if (at >= part.end) {
      put(part.end);
      const around = outer.pop();
      if (around === undefined) return pieces;
      at = from = part.next;
      part = around;
    } else if (prompt[at] === '\\') at += 2;
    else if (prompt[at] === '(') {
      put(at);
      const end = closing.get(at);
      at++;
      // One that is never closed is a separate piece.
      if (end === undefined) put(at);
      else {
        outer.push(part);
        part = { ...partIn(prompt, at, end, part.weight), next: end + 1 };
        from = at;
      }
    } else at++;
  }
}

/** Words of the same weight: the whole prompt, or the content of parentheses. */
interface Part {
  readonly end: number;
  /** The start of the text after the closing parenthesis. */
  readonly next: number;
  readonly weight: number;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The words between two parentheses, without an optional number at their end. */
function partIn(prompt: string, start: number, end: number, around: number): Omit<Part, 'next'> {
  let colon = end - 1;
  while (colon > start && !':()'.includes(prompt[colon] ?? '')) colon--;
  const number = colon > start && prompt[colon] === ':' ? prompt.slice(colon + 1, end).trim() : '';
  return NUMBER.test(number) ? { end: colon, weight: Number(number) } : { end, weight: around * STEP };
}

/** Opening parenthesis -> the one that closes it. */
function findClosing(text: string): ReadonlyMap<number, number> {
  const closing = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '(') open.push(at);
    else if (text[at] === ')') {
      const start = open.pop();
      if (start !== undefined) closing.set(start, at);
    }
  }
  return closing;
}

function unescapeParentheses(text: string): string {
  return text.replace(/\\([()])/g, '$1');
}

/**
 * Moves the state of each token away from the empty prompt's, or towards it: empty + weight (state - empty).
 *
 * @param states float32 [1, t, d]
 * @param weights t of them; 1 leaves a token as it is
 * @see ComfyUI, comfy/sd1_clip.py, encode_token_weights
 */
export function weightTextStates(
  states: Tensor,
  { empty, weights }: { readonly empty: Tensor; readonly weights: readonly number[] },
): Tensor {
  const [, , d = 1] = states.dims;
  return tensor(
    states.dims,
    states.data.map((value, i) => {
      const weight = weights[Math.floor(i / d)] ?? 1;
      const base = empty.data[i] as number;
      return weight === 1 ? value : base + weight * (value - base);
    }),
  );
}
