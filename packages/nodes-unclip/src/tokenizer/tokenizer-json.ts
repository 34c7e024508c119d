import { isJsonObject } from '../json-object.js';
import { TokenizerError } from './special-tokens.js';

/** What a tokenizer.json holds of CLIP's tokenizer: the same as vocab.json, merges.txt and `added_tokens_decoder`. */
export interface TokenizerJson {
  /** token -> id, added tokens among them. */
  readonly vocab: Readonly<Record<string, unknown>>;
  /** `left right`, the most frequent pair first. */
  readonly merges: readonly string[];
  /** As tokenizer_config.json has them. */
  readonly addedTokens: Readonly<Record<string, unknown>>;
}

const FILE = 'tokenizer.json';

/**
 * Reads the single file in which current transformers versions save a tokenizer. Its normalizer and its splitting are
 * ignored: transformers builds CLIP's own, regardless of the file.
 *
 * @throws TokenizerError if it is not one of CLIP's
 * @see transformers 5.23.0, models/clip/tokenization_clip.py
 */
export function readTokenizerJson(json: unknown): TokenizerJson {
  const { model, added_tokens: added = [] } = isJsonObject(json) ? json : {};
  if (!isJsonObject(model) || !isJsonObject(model['vocab']) || !Array.isArray(model['merges'])) {
    throw new TokenizerError(`${FILE}: expected "model" with "vocab" and "merges"`);
  }
  // Files from before tokenizers 0.9 name no type.
  if ((model['type'] ?? 'BPE') !== 'BPE' || (model['end_of_word_suffix'] ?? '</w>') !== '</w>') {
    throw new TokenizerError(
      `${FILE}: expected a BPE model with the suffix "</w>", as CLIP has, got ${JSON.stringify(model['type'])} with ${JSON.stringify(model['end_of_word_suffix'])}`,
    );
  }
  const addedTokens = (Array.isArray(added) ? added : []).map(readAddedToken);
  return {
    vocab: { ...model['vocab'], ...Object.fromEntries(addedTokens.map(({ id, content }) => [content, id])) },
    merges: model['merges'].map(readMerge),
    addedTokens: Object.fromEntries(addedTokens.map((token) => [token.id, token])),
  };
}

function readAddedToken(token: unknown): { readonly id: number; readonly content: string } {
  if (isJsonObject(token)) {
    const { id, content } = token;
    if (Number.isSafeInteger(id) && typeof content === 'string') return { ...token, id: id as number, content };
  }
  throw new TokenizerError(`${FILE}, "added_tokens": expected "id" and "content", got ${show(token)}`);
}

/** Pairs since tokenizers 0.20, and texts before. */
function readMerge(merge: unknown): string {
  if (typeof merge === 'string' && merge.indexOf(' ') > 0) return merge;
  if (Array.isArray(merge) && merge.length === 2 && merge.every((part) => typeof part === 'string' && part !== '')) {
    return merge.join(' ');
  }
  throw new TokenizerError(`${FILE}, "merges": expected pairs of tokens, got ${show(merge)}`);
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}
