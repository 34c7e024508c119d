import { CheckpointError } from '../checkpoint-error.js';
import type { JsonObject } from '../json-object.js';
import { type ClipTokenizer, createClipTokenizer } from '../tokenizer/clip-tokenizer.js';
import { TokenizerError } from '../tokenizer/tokenizer-error.js';
import { allOrProblems } from './all-or-problems.js';
import type { TextFiles } from './text-files.js';

/** The tokenizer's files, parsed but not indexed; `null` for one that a folder may lack. */
export interface TokenizerFiles {
  /** Where they lie. */
  readonly folder: string;
  readonly vocab: JsonObject;
  readonly merges: string;
  readonly specialTokensMap: JsonObject | null;
  readonly tokenizerConfig: JsonObject | null;
}

/** @throws CheckpointError telling which are missing or broken */
export async function readTokenizerFiles(texts: TextFiles, folder: string): Promise<TokenizerFiles> {
  const [vocab, merges, specialTokensMap, tokenizerConfig] = await allOrProblems([
    texts.json(`${folder}/vocab.json`),
    texts.text(`${folder}/merges.txt`),
    texts.optionalJson(`${folder}/special_tokens_map.json`),
    texts.optionalJson(`${folder}/tokenizer_config.json`),
  ]);
  return { folder, vocab, merges, specialTokensMap, tokenizerConfig };
}

/**
 * @param maxLength the model's positions decide: a tokenizer's own limit may be a huge number that stands for none
 * @throws CheckpointError if the files do not fit together
 */
export function createTokenizerOf(name: string, files: TokenizerFiles, maxLength: number): ClipTokenizer {
  try {
    return createClipTokenizer({ ...files, maxLength });
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    const problem = `${files.folder}/${error.message}. Copy or download the checkpoint again`;
    throw new CheckpointError(`Checkpoint "${name}": ${problem}.`, { cause: error });
  }
}
