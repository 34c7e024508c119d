import * as library from '@huggingface/tokenizers';

/** The part of the library's byte-pair encoder which is used here. */
export interface Bpe {
  readonly tokens_to_ids: ReadonlyMap<string, number>;
  /** Merges each piece on its own. */
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

export function createBpe(config: BpeConfig): Bpe {
  return new BPE(config);
}
