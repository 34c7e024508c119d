import { canonicalJson } from '@unclip-studio/graph-core';
import type { JsonObject } from '../json-object.js';
import { buildClipTextProjection, type ClipTextProjectionConfig } from '../models/clip-text-projection.js';
import type { ModelOptions, ModelRequest } from '../models/inference.js';
import type { ImageNormalizer } from '../models/model.js';
import { buildPrior } from '../models/prior.js';
import type { PriorConfig } from '../models/prior-config.js';
import { FORMULATIONS } from '../onnx/formulations.js';
import { type ClipTokenizer, tokenizerContent } from '../tokenizer/clip-tokenizer.js';
import { CheckpointError, fileProblems } from '../weights/checkpoint-error.js';
import type { CheckpointFolder, WeightVariant } from '../weights/checkpoint-folder.js';
import type { CheckpointLayout } from '../weights/checkpoint-layout.js';
import { createFolderLayout } from '../weights/folder-layout.js';
import { SafetensorsError } from '../weights/safetensors.js';
import { allOrProblems } from './all-or-problems.js';
import { PRIOR, priorText } from './component-kinds.js';
import { readStatistics } from './image-normalizer.js';
import { modelRequester } from './model-requester.js';
import { type OpenComponentOptions, openComponent, type WeightComponent } from './open-component.js';
import { schedulerContent, TextFiles } from './text-files.js';
import { createTokenizerOf, hasTokenizer, readTokenizerFiles, type TokenizerFiles } from './tokenizer-files.js';

/** One opened prior, which turns prompts into CLIP image embeddings: configs read, weights found and checked. */
export interface PriorCheckpoint {
  readonly name: string;
  /** Names all that an embedding depends on by its content: the same however the files lie on disk. */
  readonly identity: string;
  /** d of the embeddings it makes. */
  readonly embedDim: number;
  readonly prior: PriorConfig;
  readonly text: ClipTextProjectionConfig;
  /** Built on first use, which throws CheckpointError if the tokenizer's files do not fit together. */
  readonly tokenizer: ClipTokenizer;
  /** What brings the last sample to CLIP's scale: sample * std + mean. */
  readonly statistics: ImageNormalizer;
  /** prior_scheduler/scheduler_config.json, as parsed. */
  readonly scheduler: JsonObject;
  /** `input_ids` int64 [n, t], `pool_positions` int64 [n, 1] -> `last_hidden_state`, `text_embeds`. */
  textModel(options?: ModelOptions): ModelRequest;
  /** See {@link buildPrior}. */
  priorModel(shape: { readonly n: number }, options?: ModelOptions): ModelRequest;
}

export interface OpenPriorOptions {
  /** A digest as text, like sha256 in hexadecimal. */
  hash(content: string | Uint8Array): string;
  /** `full` when left out. */
  readonly variant?: WeightVariant;
}

const FORMULATION = FORMULATIONS.cpu;

/**
 * Opens a folder with a Karlo prior: that of UnCLIPPipeline, or of a whole StableUnCLIPPipeline. Reads configs and weight
 * headers, and of the weights the statistics only.
 *
 * @throws CheckpointError telling all that is wrong with the folder: file, key or tensor, expected, got, what to do
 */
export async function openPriorCheckpoint(
  name: string,
  folder: CheckpointFolder,
  options: OpenPriorOptions,
): Promise<PriorCheckpoint> {
  const parts = await openNamedParts(name, folder, options);
  const { identity, prior, text, statistics, scheduler, tokenizerFiles } = parts;
  const request = modelRequester(FORMULATION);
  let tokenizer: ClipTokenizer | null = null;
  return {
    ...{ name, identity, statistics, scheduler },
    embedDim: prior.config.clipEmbedDim,
    prior: prior.config,
    text: text.config,
    get tokenizer() {
      tokenizer ??= createTokenizerOf(name, tokenizerFiles, text.config.maxPositionEmbeddings);
      return tokenizer;
    },
    textModel: (options) => request('prior text_encoder', text, { ...options, describe: buildClipTextProjection }),
    priorModel: (shape, options) =>
      request(`prior n=${shape.n}`, prior, {
        ...options,
        runsOnEnd: true,
        describe: (builder, config) => buildPrior(builder, config, shape),
      }),
  };
}

interface PriorParts {
  readonly prior: WeightComponent<PriorConfig>;
  readonly text: WeightComponent<ClipTextProjectionConfig>;
  readonly statistics: ImageNormalizer;
  readonly scheduler: JsonObject;
  readonly tokenizerFiles: TokenizerFiles;
  readonly identity: string;
}

async function openNamedParts(
  name: string,
  folder: CheckpointFolder,
  { hash, variant = 'full' }: OpenPriorOptions,
): Promise<PriorParts> {
  try {
    await requireFolders(folder);
    return await openPriorParts(createFolderLayout(folder, variant), { formulation: FORMULATION, hash });
  } catch (error) {
    if (!(error instanceof CheckpointError || error instanceof SafetensorsError)) throw error;
    throw new CheckpointError(`Prior "${name}": ${error.message}.`, { cause: error });
  }
}

async function requireFolders(folder: CheckpointFolder): Promise<void> {
  const names = await folder.list('');
  const missing = ['prior', 'prior_scheduler', 'text_encoder', 'tokenizer'].filter((part) => !names.includes(part));
  if (missing.length === 0) return;
  throw new CheckpointError(
    `Expected a folder with a Karlo prior, but ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. ` +
      'Take a checkpoint that holds a prior, such as kakaobrain/karlo-v1-alpha',
  );
}

async function openPriorParts(layout: CheckpointLayout, options: OpenComponentOptions): Promise<PriorParts> {
  const texts = new TextFiles(layout);
  // A whole StableUnCLIPPipeline holds two text encoders, and perhaps two tokenizers.
  const textFolder = (await layout.has('prior_text_encoder/config.json')) ? 'prior_text_encoder' : 'text_encoder';
  const tokenizerFolder = (await hasTokenizer(layout, 'prior_tokenizer')) ? 'prior_tokenizer' : 'tokenizer';
  const [prior, text, scheduler, tokenizerFiles, set] = await allOrProblems([
    openComponent(layout, PRIOR, options),
    openComponent(layout, priorText(textFolder), options),
    texts.json('prior_scheduler/scheduler_config.json'),
    readTokenizerFiles(texts, tokenizerFolder),
    layout.openTensors(PRIOR),
  ]);
  requireFit(prior.config, text.config, textFolder);
  const embedDim = prior.config.clipEmbedDim;
  const { values, content } = await readStatistics(layout, set, { names: ['clip_mean', 'clip_std'], embedDim });
  const contents = {
    ...{ prior: prior.identity, text: text.identity, statistics: content },
    scheduler: schedulerContent(scheduler),
    tokenizer: tokenizerContent(tokenizerFiles),
  };
  const identity = options.hash(canonicalJson(contents));
  return { prior, text, statistics: values, scheduler, tokenizerFiles, identity };
}

function requireFit(prior: PriorConfig, text: ClipTextProjectionConfig, textFolder: string): void {
  const pairs = [
    ['prior "embedding_dim"', prior.embeddingDim, `${textFolder} "hidden_size"`, text.hiddenSize],
    ['prior "embedding_proj_dim"', prior.textEmbedDim, `${textFolder} "projection_dim"`, text.projectionDim],
    [
      'prior "num_embeddings"',
      prior.numEmbeddings,
      `${textFolder} "max_position_embeddings"`,
      text.maxPositionEmbeddings,
    ],
    ['prior "clip_embed_dim"', prior.clipEmbedDim, 'prior "embedding_dim"', prior.embeddingDim],
  ] as const;
  const problems = pairs
    .filter(([, value, , other]) => value !== other)
    .map(([what, value, otherWhat, other]) => `${what} is ${value}, but ${otherWhat} is ${other}`);
  if (problems.length > 0)
    throw fileProblems('config.json files', problems, 'The components come from different models');
}
