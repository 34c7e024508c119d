import { type ClipTokenizer, type ClipTokenizerFiles, createClipTokenizer } from '../tokenizer/clip-tokenizer.js';
import { TokenizerError } from '../tokenizer/tokenizer-error.js';
import { readTokenizerJson } from '../tokenizer/tokenizer-json.js';
import { CheckpointError } from '../weights/checkpoint-error.js';
import type { CheckpointLayout } from '../weights/checkpoint-layout.js';
import { allOrProblems } from './all-or-problems.js';
import type { TextFiles } from './text-files.js';

/** The tokenizer's files, parsed but not indexed; `null` for one that a folder may lack. */
export type TokenizerFiles = ClipTokenizerFiles & {
  /** Where they lie. */
  readonly folder: string;
};

/**
 * vocab.json and merges.txt, or tokenizer.json, which holds both and is all that today's transformers save.
 *
 * @throws CheckpointError telling which are missing or broken
 */
export async function readTokenizerFiles(texts: TextFiles, folder: string): Promise<TokenizerFiles> {
  if (await hasOnlyTokenizerJson(texts, folder)) return readOneFile(texts, folder);
  const [vocab, merges, specialTokensMap, tokenizerConfig] = await allOrProblems([
    texts.json(`${folder}/vocab.json`),
    texts.text(`${folder}/merges.txt`),
    texts.optionalJson(`${folder}/special_tokens_map.json`),
    texts.optionalJson(`${folder}/tokenizer_config.json`),
  ]);
  return { folder, vocab, merges, specialTokensMap, tokenizerConfig };
}

/** Whether there is a tokenizer in the folder, in either form. */
export async function hasTokenizer(layout: Pick<CheckpointLayout, 'has'>, folder: string): Promise<boolean> {
  return (await layout.has(`${folder}/vocab.json`)) || layout.has(`${folder}/tokenizer.json`);
}

async function hasOnlyTokenizerJson(texts: TextFiles, folder: string): Promise<boolean> {
  if (!(await texts.has(`${folder}/tokenizer.json`))) return false;
  return !(await texts.has(`${folder}/vocab.json`)) || !(await texts.has(`${folder}/merges.txt`));
}

async function readOneFile(texts: TextFiles, folder: string): Promise<TokenizerFiles> {
  const [json, config] = await allOrProblems([
    texts.json(`${folder}/tokenizer.json`),
    texts.optionalJson(`${folder}/tokenizer_config.json`),
  ]);
  try {
    const { vocab, merges, addedTokens } = readTokenizerJson(json);
    const tokenizerConfig = { ...config, added_tokens_decoder: addedTokens };
    return { folder, vocab, merges, specialTokensMap: null, tokenizerConfig };
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    throw new CheckpointError(`${folder}/${error.message}. Copy or download the checkpoint again`, { cause: error });
  }
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
