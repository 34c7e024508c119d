/** A piece of a prompt and how much it counts; 1 as written. */
export interface WeightedText {
  readonly text: string;
  readonly weight: number;
}

// What one pair of parentheses does without a number.
const STEP = 1.1;

/**
 * Reads `(words)`, `(words:1.3)` and nested ones. A number replaces the weight around it, parentheses without one
 * multiply it by 1.1; `\\(` and `\\)` are plain characters, and a parenthesis that is never closed is one too.
 *
 * @see ComfyUI, comfy/sd1_clip.py, token_weights
 */
export function parsePromptWeights(prompt: string, weight = 1): readonly WeightedText[] {
  const pieces = splitTopLevel(prompt).flatMap((piece) => {
    if (!piece.isGroup) return [{ text: unescapeParentheses(piece.text), weight }];
    const colon = piece.text.lastIndexOf(':');
    const number = colon > 0 ? piece.text.slice(colon + 1).trim() : '';
    return NUMBER.test(number)
      ? parsePromptWeights(piece.text.slice(0, colon), Number(number))
      : parsePromptWeights(piece.text, weight * STEP);
  });
  return pieces.filter(({ text }) => text !== '');
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

interface Piece {
  readonly text: string;
  readonly isGroup: boolean;
}

/** What stands in outermost parentheses, without them, and what stands between. */
function splitTopLevel(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '(' && depth++ === 0) {
      pieces.push({ text: text.slice(from, at), isGroup: false });
      from = at + 1;
    } else if (text[at] === ')' && depth > 0 && --depth === 0) {
      pieces.push({ text: text.slice(from, at), isGroup: true });
      from = at + 1;
    }
  }
  const rest = text.slice(depth > 0 ? from - 1 : from);
  // The parenthesis at its start is never closed; what is closed behind it still counts.
  return depth > 0
    ? [...pieces, { text: rest.slice(0, 1), isGroup: false }, ...splitTopLevel(rest.slice(1))]
    : [...pieces, { text: rest, isGroup: false }];
}

function unescapeParentheses(text: string): string {
  return text.replace(/\\([()])/g, '$1');
}
