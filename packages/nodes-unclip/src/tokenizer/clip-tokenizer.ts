import * as library from '@huggingface/tokenizers';
import { clipPieces, normalizeClipText } from './clip-pieces.js';
import { readSpecialTokens, type SpecialToken, TokenizerError } from './special-tokens.js';

/** Turns text into the ids which CLIP's text encoder takes. */
export interface ClipTokenizer {
  /** The ids with begin and end marks; neither cut nor padded. */
  encode(text: string): readonly number[];
  /** Exactly `maxLength` ids: the text cut if need be, the end mark kept, padding on the right. */
  encodePadded(text: string): PaddedIds;
  /** The same for a text in pieces, each of which is encoded separately. */
  encodePieces(pieces: readonly PromptPiece[]): PaddedPieces;
  /**
   * A text of any length as rows of `maxLength` ids, at least one; words are kept whole unless they are long.
   *
   * @see ComfyUI, comfy/sd1_clip.py, tokenize_with_weights
   */
  encodeInParts(pieces: readonly PromptPiece[]): readonly PaddedPieces[];
  /**
   * The same, but a piece is kept whole unless it is long, and a padding token that is an ordinary character is one in
   * the text.
   *
   * @see ComfyUI 0.3.64, comfy/sd1_clip.py, tokenize_with_weights
   */
  encodeGroups(pieces: readonly PromptPiece[], padId: number): readonly PaddedPieces[];
  readonly maxLength: number;
  readonly padId: number;
  readonly bosId: number;
  readonly eosId: number;
}

/** A text, or texts with ids between them, such as those of textual inversions. */
export type PromptPiece = string | readonly (string | readonly number[])[];

export interface PaddedPieces extends PaddedIds {
  /** For each id the piece it comes from; -1 for marks and padding. */
  readonly pieceOf: readonly number[];
}

export interface PaddedIds {
  readonly ids: readonly number[];
  /** How many of them are not padding, for an attention mask. */
  readonly attendedTokens: number;
  /** How many tokens of the text found no room; 0 if all did. */
  readonly truncatedTokens: number;
}

/** The contents of a stock tokenizer folder. */
export interface ClipTokenizerFiles {
  /** vocab.json, parsed: token -> id. */
  readonly vocab: unknown;
  /** merges.txt, as it is, or its pairs. */
  readonly merges: string | readonly string[];
  /** special_tokens_map.json, parsed; `null` when the folder has none. */
  readonly specialTokensMap: unknown;
  /** tokenizer_config.json, parsed; `null` when the folder has none. */
  readonly tokenizerConfig: unknown;
  /** Takes the place of the config's model_max_length. */
  readonly maxLength?: number;
}

/** As many tokens as CLIP has positions for. */
const CLIP_LENGTH = 77;
const LONGEST_BELIEVED = 10_000;

/**
 * Builds CLIP's tokenizer.
 *
 * A padding token that is an ordinary character is cut out of the text like any special token: with SD 2.x, whose
 * padding is "!", each "!" becomes id 0.
 *
 * @throws TokenizerError if the files do not fit together
 * @see transformers 5.23.0, models/clip/tokenization_clip.py
 */
export function createClipTokenizer(files: ClipTokenizerFiles): ClipTokenizer {
  const vocab = readVocab(files.vocab);
  const tokens = readSpecialTokens(files.specialTokensMap, files.tokenizerConfig);
  const bpe = createBpe({
    type: 'BPE',
    vocab,
    merges: typeof files.merges === 'string' ? readMerges(files.merges) : files.merges,
    unk_token: tokens.unk,
    end_of_word_suffix: '</w>',
  });
  const idOf = (content: string) => {
    const id = bpe.tokens_to_ids.get(content);
    if (id === undefined) throw new TokenizerError(`vocab.json: the special token "${content}" is missing`);
    return id;
  };
  const withId = ({ content }: SpecialToken) => ({ content, id: idOf(content) });
  const splitters = (all: readonly SpecialToken[]) => ({
    written: new SpecialSplitter(all.filter((token) => !token.normalized).map(withId)),
    normalized: new SpecialSplitter(all.filter((token) => token.normalized).map(withId)),
  });
  const allSpecial = splitters(tokens.all);
  const isMark = ({ content }: SpecialToken) =>
    content !== tokens.pad || [tokens.bos, tokens.eos, tokens.unk].includes(content);
  const marks = tokens.all.every(isMark) ? allSpecial : splitters(tokens.all.filter(isMark));
  const unkId = idOf(tokens.unk);

  // 1. special tokens as they are written 2. those of the normalised text 3. pieces, each merged separately
  const encodePiecewise = (text: string): readonly number[] =>
    bpe.encode(clipPieces(text)).map((token) => bpe.tokens_to_ids.get(token) ?? unkId);
  const encodeText = (text: string, { written, normalized } = allSpecial): readonly number[] => {
    const encodeNormalized = (part: string) =>
      normalized.split(part).flatMap((piece) => (typeof piece === 'number' ? piece : encodePiecewise(piece)));
    return written
      .split(text)
      .flatMap((part) => (typeof part === 'number' ? part : encodeNormalized(normalizeClipText(part))));
  };

  const padRow = (all: readonly PieceToken[], filler = padId): PaddedPieces => {
    const kept = all.slice(0, maxLength - 2);
    const padding = new Array<number>(maxLength - 2 - kept.length).fill(filler);
    return {
      ids: [bosId, ...kept.map(({ id }) => id), eosId, ...padding],
      pieceOf: [-1, ...kept.map(({ piece }) => piece), -1, ...padding.map(() => -1)],
      attendedTokens: kept.length + 2,
      truncatedTokens: all.length - kept.length,
    };
  };
  const toTokens = (part: string | readonly number[], piece: number, special = allSpecial) =>
    (typeof part === 'string' ? encodeText(part, special) : part).map((id): PieceToken => ({ id, piece }));
  const partsOf = (piece: PromptPiece) => (typeof piece === 'string' ? [piece] : piece);
  const pad = (pieces: readonly PromptPiece[]) =>
    padRow(pieces.flatMap((piece, i) => partsOf(piece).flatMap((part) => toTokens(part, i))));
  // The ids of a textual inversion are kept together like those of a word.
  const wordsOf = (part: string | readonly number[]): readonly (string | readonly number[])[] =>
    typeof part === 'string' ? part.split(' ') : [part];

  const maxLength = files.maxLength ?? readMaxLength(files.tokenizerConfig);
  const [padId, bosId, eosId] = [idOf(tokens.pad), idOf(tokens.bos), idOf(tokens.eos)];
  return {
    maxLength,
    padId,
    bosId,
    eosId,
    encode: (text) => [bosId, ...encodeText(text), eosId],
    encodePadded: (text) => pad([text]),
    encodePieces: pad,
    encodeInParts: (pieces) =>
      intoParts(
        pieces.flatMap((piece, i) =>
          partsOf(piece)
            .flatMap(wordsOf)
            .map((word) => toTokens(word, i)),
        ),
        maxLength - 2,
      ).map((part) => padRow(part)),
    encodeGroups: (pieces, filler) =>
      intoParts(
        pieces.flatMap((piece, i) => partsOf(piece).map((part) => toTokens(part, i, marks))),
        maxLength - 2,
      ).map((part) => padRow(part, filler)),
  };
}

interface PieceToken {
  readonly id: number;
  readonly piece: number;
}

// A word of as many tokens may be torn apart; ComfyUI's number.
const LONG_WORD = 8;

/** Words into parts of at most `room` tokens each. */
function intoParts(words: readonly (readonly PieceToken[])[], room: number): readonly (readonly PieceToken[])[] {
  const parts: PieceToken[][] = [[]];
  for (const word of words) {
    let part = parts.at(-1) ?? [];
    if (part.length + word.length > room && word.length < LONG_WORD) {
      part = [];
      parts.push(part);
    }
    for (const token of word) {
      if (part.length === room) {
        part = [];
        parts.push(part);
      }
      part.push(token);
    }
  }
  return parts;
}

/** Cuts special tokens out of a text. */
class SpecialSplitter {
  readonly #pattern: RegExp | null;
  readonly #ids: ReadonlyMap<string, number>;

  constructor(tokens: readonly { readonly content: string; readonly id: number }[]) {
    this.#ids = new Map(tokens.map(({ content, id }) => [content, id]));
    // The longest first, so that none hides behind one it begins with.
    const contents = [...this.#ids.keys()].sort((a, b) => b.length - a.length);
    const escaped = contents.map((content) => content.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    this.#pattern = escaped.length === 0 ? null : new RegExp(`(${escaped.join('|')})`, 'u');
  }

  /** The text in order: ids of special tokens, and the strings between them. */
  split(text: string): readonly (number | string)[] {
    if (this.#pattern === null) return [text];
    // The captured separators are at the odd positions.
    return text.split(this.#pattern).map((part, i) => (i % 2 === 0 ? part : (this.#ids.get(part) ?? part)));
  }
}

function readVocab(vocab: unknown): Record<string, number> {
  const isRecord = typeof vocab === 'object' && vocab !== null && !Array.isArray(vocab);
  if (!isRecord || !Object.values(vocab).every((id) => Number.isInteger(id) && (id as number) >= 0)) {
    throw new TokenizerError('vocab.json: expected an object of token ids');
  }
  return vocab as Record<string, number>;
}

/** What decides the ids of any text: the same for both forms that a tokenizer's files have. */
export function tokenizerContent(files: ClipTokenizerFiles): unknown {
  const { vocab, merges, specialTokensMap, tokenizerConfig } = files;
  try {
    const tokens = JSON.stringify(Object.entries(readVocab(vocab)).sort(([, a], [, b]) => a - b));
    const { all, ...roles } = readSpecialTokens(specialTokensMap, tokenizerConfig);
    const special = [...all].sort((a, b) => (a.content < b.content ? -1 : 1));
    return { tokens, merges: typeof merges === 'string' ? readMerges(merges) : merges, special, roles };
  } catch (error) {
    // Using it reports its problem.
    if (error instanceof TokenizerError) return { vocab, merges, specialTokensMap, tokenizerConfig };
    throw error;
  }
}

function readMerges(merges: string): string[] {
  const lines = merges.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version'));
  const odd = lines.find((line) => line.indexOf(' ') < 1);
  if (odd !== undefined)
    throw new TokenizerError(`merges.txt: expected two parts in each line, got "${odd.slice(0, 40)}"`);
  return lines;
}

/** Some configs contain an absurdly large number that means "not known". */
function readMaxLength(tokenizerConfig: unknown): number {
  const isRecord = typeof tokenizerConfig === 'object' && tokenizerConfig !== null;
  const given = isRecord && 'model_max_length' in tokenizerConfig ? tokenizerConfig.model_max_length : null;
  if (given == null || (typeof given === 'number' && given > LONGEST_BELIEVED)) return CLIP_LENGTH;
  if (typeof given === 'number' && Number.isInteger(given) && given >= 2) return given;
  throw new TokenizerError(
    `tokenizer_config.json, "model_max_length": expected an integer from 2, got ${JSON.stringify(given)}`,
  );
}

/** The part of the library's byte-pair encoder which is used here. */
interface Bpe {
  readonly tokens_to_ids: ReadonlyMap<string, number>;
  /** Merges each piece separately. */
  encode(pieces: readonly string[]): readonly string[];
}

interface BpeConfig {
  readonly type: 'BPE';
  readonly vocab: Readonly<Record<string, number>>;
  /** `left right`, the most frequent pair first. */
  readonly merges: readonly string[];
  readonly unk_token: string;
  readonly end_of_word_suffix: string;
}

// The package exports the class, but its type files import each other without extensions, which NodeNext cannot follow.
const { BPE } = library as unknown as { readonly BPE: new (config: BpeConfig) => Bpe };

function createBpe(config: BpeConfig): Bpe {
  return new BPE(config);
}
