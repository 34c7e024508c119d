import { encodeUtf8 } from '@unclip-studio/graph-core';

// `\s` of the reference is Unicode's White_Space; JavaScript's includes U+FEFF and lacks U+0085.
const WHITE_SPACE = /\p{White_Space}+/gu;
const CLIP_SPLIT =
  /<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\p{White_Space}\p{L}\p{N}]+/gu;
// The reference splits each piece again; this splits the two literals above, and nothing else.
const BYTE_LEVEL_SPLIT = /\p{L}+|\p{N}+|[^\p{White_Space}\p{L}\p{N}]+/gu;

/**
 * CLIP's text normalisation: composed characters, single spaces, lowercase.
 *
 * @see transformers 5.23.0, models/clip/tokenization_clip.py, `normalizer`
 */
export function normalizeClipText(text: string): string {
  // JavaScript lowercases a sigma by its place in the word, the reference does not.
  return text.normalize('NFC').replace(WHITE_SPACE, ' ').replaceAll('\u03a3', '\u03c3').toLowerCase();
}

/**
 * Splits normalised text into the pieces that are merged separately, written in the byte alphabet.
 *
 * @see transformers 5.23.0, models/clip/tokenization_clip.py, `pre_tokenizer`
 */
export function clipPieces(normalized: string): readonly string[] {
  const pieces: string[] = [];
  for (const [piece] of normalized.matchAll(CLIP_SPLIT)) {
    if (piece.startsWith('<|'))
      for (const [part] of piece.matchAll(BYTE_LEVEL_SPLIT)) pieces.push(toByteAlphabet(part));
    else pieces.push(toByteAlphabet(piece));
  }
  return pieces;
}

/** UTF-8 bytes as printable characters, so that a vocabulary can be a list of strings. */
function toByteAlphabet(piece: string): string {
  if (/^[!-~]*$/.test(piece)) return piece;
  let written = '';
  for (const byte of encodeUtf8(piece)) written += BYTE_ALPHABET[byte];
  return written;
}

/**
 * Printable Latin-1 bytes map to themselves, the others to U+0100 and up.
 *
 * @see https://github.com/openai/gpt-2, src/encoder.py, bytes_to_unicode
 */
export const BYTE_ALPHABET: readonly string[] = makeByteAlphabet();

function makeByteAlphabet(): readonly string[] {
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
    return String.fromCharCode(printable ? byte : 256 + others++);
  });
}
