import { MAX_SPECIAL_TOKEN_CHARACTERS } from '../limits.js';

/** A token that is cut out of the text before anything else happens to it. */
export interface SpecialToken {
  readonly content: string;
  /** Looked for in the normalised (so lowercase) text, not in the text as it was written. */
  readonly normalized: boolean;
}

export interface SpecialTokens {
  readonly bos: string;
  readonly eos: string;
  readonly pad: string;
  readonly unk: string;
  /** Each content once. */
  readonly all: readonly SpecialToken[];
}

const BOS = '<|startoftext|>';
const EOS = '<|endoftext|>';
// The order in which transformers adds them: of two with one content the later one counts.
const ROLES = ['bos', 'eos', 'unk', 'pad'] as const;
const DEFAULTS = { bos: BOS, eos: EOS, unk: EOS, pad: EOS } as const;

/**
 * Finds the special tokens in the two parsed JSON files, either of which may be missing (`null`).
 *
 * special_tokens_map.json wins over tokenizer_config.json (SD 2.x folders name "!" there and only there as padding),
 * unless the latter lists `added_tokens_decoder`, as newer folders do.
 *
 * @throws TokenizerError naming the file and the key
 * @see transformers 5.23.0, tokenization_utils_base.py, _from_pretrained
 */
export function readSpecialTokens(specialTokensMap: unknown, tokenizerConfig: unknown): SpecialTokens {
  const map = toRecord('special_tokens_map.json', specialTokensMap);
  const config = toRecord('tokenizer_config.json', tokenizerConfig);
  const listed = config['added_tokens_decoder'];
  const decoder = listed == null ? null : toRecord('tokenizer_config.json, "added_tokens_decoder"', listed);
  const normalized = new Map<string, boolean>();
  const contents = { ...DEFAULTS } as Record<(typeof ROLES)[number], string>;
  for (const role of ROLES) {
    const key = `${role}_token`;
    const given = (decoder === null ? map[key] : null) ?? config[key] ?? DEFAULTS[role];
    const token = readToken(key, given);
    contents[role] = token.content;
    normalized.set(token.content, token.normalized);
  }
  for (const entry of Object.values(decoder ?? {})) {
    const token = readToken('added_tokens_decoder', entry);
    normalized.set(token.content, token.normalized);
  }
  const characters = [...normalized.keys()].reduce((sum, { length }) => sum + length, 0);
  if (characters > MAX_SPECIAL_TOKEN_CHARACTERS) {
    throw new TokenizerError(
      `tokenizer: the special tokens have ${characters} characters; the limit is ${MAX_SPECIAL_TOKEN_CHARACTERS}`,
    );
  }
  return { ...contents, all: Array.from(normalized, ([content, value]) => ({ content, normalized: value })) };
}

/** A token is either its bare content, and then not normalised, or an object. */
function readToken(key: string, value: unknown): SpecialToken {
  if (typeof value === 'string' && value !== '') return { content: value, normalized: false };
  const { content, normalized, lstrip, rstrip, single_word: singleWord } = toRecord(`"${key}"`, value);
  if (typeof content !== 'string' || content === '') {
    throw new TokenizerError(`tokenizer, "${key}": expected a token, got ${shown(value)}`);
  }
  if (lstrip || rstrip || singleWord) {
    throw new TokenizerError(`tokenizer, "${key}": lstrip, rstrip and single_word are not supported here`);
  }
  return { content, normalized: normalized === true };
}

function toRecord(what: string, value: unknown): Readonly<Record<string, unknown>> {
  if (value == null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw new TokenizerError(`${what}: expected an object, got ${shown(value)}`);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)} ...` : text;
}

/** The files of a tokenizer folder do not make a CLIP tokenizer. */
export class TokenizerError extends Error {
  override readonly name = 'TokenizerError';
}
