import { BYTE_ALPHABET } from './clip-pieces.js';

/**
 * CLIP's vocabulary: all bytes, all bytes at the end of a word, what each merge gives, and the two marks.
 *
 * @see https://github.com/openai/CLIP, clip/simple_tokenizer.py
 */
export function vocabFromMerges(merges: string): Readonly<Record<string, number>> {
  // The alphabet is in order of code points: printable bytes first, then the mapped ones.
  const letters = [...BYTE_ALPHABET].sort();
  const merged = merges
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#version'))
    .map((line) => line.replace(' ', ''));
  const tokens = [...letters, ...letters.map((letter) => `${letter}</w>`), ...merged];
  return Object.fromEntries([...tokens, '<|startoftext|>', '<|endoftext|>'].map((token, id) => [token, id]));
}
