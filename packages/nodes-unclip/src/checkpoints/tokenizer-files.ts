import { canonicalJson } from '@unclip-studio/graph-core';
import {
  type ClipTokenizer,
  type ClipTokenizerFiles,
  createClipTokenizer,
  tokenizerContent,
} from '../tokenizer/clip-tokenizer.js';
import { TokenizerError } from '../tokenizer/special-tokens.js';
import { readTokenizerJson } from '../tokenizer/tokenizer-json.js';
import { CheckpointError } from '../weights/checkpoint-error.js';
import type { CheckpointLayout } from '../weights/checkpoint-layout.js';
import { throwTogether } from './all-or-problems.js';
import type { Piece } from './pieces.js';
import { parseJsonObject, type TextFiles } from './text-files.js';

/** The files of a tokenizer, found and whole. */
export interface TokenizerFiles {
  /** Names what decides the ids of any text: the same for both forms that the files have. */
  readonly identity: string;
  /**
   * @param name of the checkpoint, for messages
   * @param maxLength from the model's positions: a tokenizer's own limit may be a huge number that means "unlimited"
   * @throws CheckpointError if the files do not fit together
   */
  create(name: string, maxLength: number): ClipTokenizer;
}

/**
 * vocab.json and merges.txt, or tokenizer.json, which holds both and is all that today's transformers save.
 *
 * To parse the usual vocabulary of 49,408 entries and put it into order takes longer than to open all the rest. So its
 * identity is remembered by the bytes of the files, and they are parsed when the first prompt is encoded.
 */
export function tokenizerFiles(folder: string): Piece<TokenizerFiles> {
  return {
    async open({ texts, options: { hash, remember } }) {
      const found = await readTexts(texts, folder);
      let parsed: ClipTokenizerFiles | undefined;
      const parse = () => {
        parsed ??= 'whole' in found ? parseWhole(folder, found) : parseParts(folder, found);
        return parsed;
      };
      const identify = () => hash(canonicalJson(tokenizerContent(parse())));
      const parts = Object.entries(found).map(
        ([part, text]) => `${part} ${typeof text === 'string' ? hash(text) : ''}`,
      );
      const isWhole = !Object.values(found).some((text) => text instanceof Error);
      const identity = isWhole ? await remember(`tokenizer ${parts.join(' ')}`, identify) : identify();
      return { identity, create: (name, maxLength) => createTokenizerOf(name, { folder, files: parse(), maxLength }) };
    },
    content: ({ identity }) => identity,
  };
}

/** Whether there is a tokenizer in the folder, in either form. */
export async function hasTokenizer(layout: Pick<CheckpointLayout, 'has'>, folder: string): Promise<boolean> {
  return (await layout.has(`${folder}/vocab.json`)) || layout.has(`${folder}/tokenizer.json`);
}

/** A text, nothing where a folder may lack it, or why it cannot be read. */
type Found = string | null | Error;

interface FoundParts {
  readonly vocab: Found;
  readonly merges: Found;
  readonly specialTokensMap: Found;
  readonly tokenizerConfig: Found;
}

interface FoundWhole {
  readonly whole: Found;
  readonly tokenizerConfig: Found;
}

async function readTexts(texts: TextFiles, folder: string): Promise<FoundParts | FoundWhole> {
  const has = (file: string) => texts.has(`${folder}/${file}`);
  const required = (file: string) => texts.text(`${folder}/${file}`).catch(problemOf);
  const optional = async (file: string) => ((await has(file)) ? required(file) : null);
  const tokenizerConfig = await optional('tokenizer_config.json');
  if ((await has('tokenizer.json')) && !((await has('vocab.json')) && (await has('merges.txt')))) {
    return { whole: await required('tokenizer.json'), tokenizerConfig };
  }
  const [vocab, merges] = await Promise.all([required('vocab.json'), required('merges.txt')]);
  return { vocab, merges, specialTokensMap: await optional('special_tokens_map.json'), tokenizerConfig };
}

function problemOf(error: unknown): Error {
  if (error instanceof CheckpointError) return error;
  throw error;
}

/** @throws CheckpointError telling which files are missing or broken */
function parseParts(folder: string, { vocab, merges, specialTokensMap, tokenizerConfig }: FoundParts) {
  const [parsedVocab, mergesText, special, config] = throwTogether([
    () => parseJsonObject(`${folder}/vocab.json`, textOf(vocab)),
    () => textOf(merges),
    () => optionalJson(`${folder}/special_tokens_map.json`, specialTokensMap),
    () => optionalJson(`${folder}/tokenizer_config.json`, tokenizerConfig),
  ]);
  return { vocab: parsedVocab, merges: mergesText, specialTokensMap: special, tokenizerConfig: config };
}

/** @throws CheckpointError telling which files are broken */
function parseWhole(folder: string, { whole, tokenizerConfig }: FoundWhole): ClipTokenizerFiles {
  const [json, config] = throwTogether([
    () => parseJsonObject(`${folder}/tokenizer.json`, textOf(whole)),
    () => optionalJson(`${folder}/tokenizer_config.json`, tokenizerConfig),
  ]);
  try {
    const { vocab, merges, addedTokens } = readTokenizerJson(json);
    return { vocab, merges, specialTokensMap: null, tokenizerConfig: { ...config, added_tokens_decoder: addedTokens } };
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    throw new CheckpointError(`${folder}/${error.message}. Copy or download the checkpoint again`, { cause: error });
  }
}

function optionalJson(path: string, found: Found) {
  return found === null ? null : parseJsonObject(path, textOf(found));
}

function textOf(found: Found): string {
  if (found instanceof Error) throw found;
  return found ?? '';
}

function createTokenizerOf(
  name: string,
  {
    folder,
    files,
    maxLength,
  }: { readonly folder: string; readonly files: ClipTokenizerFiles; readonly maxLength: number },
): ClipTokenizer {
  try {
    return createClipTokenizer({ ...files, maxLength });
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    const problem = `${folder}/${error.message}. Copy or download the checkpoint again`;
    throw new CheckpointError(`Checkpoint "${name}": ${problem}.`, { cause: error });
  }
}
