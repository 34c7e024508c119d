import { withReason } from '@unclip-studio/graph-core';
import type { JsonObject } from '../../json-object.js';
import { buildClipTextProjection, type ClipTextProjectionConfig } from '../../models/clip-text-projection.js';
import type { ModelOptions, ModelRequest } from '../../models/inference.js';
import type { ImageNormalizer } from '../../models/model.js';
import { buildPrior } from '../../models/prior.js';
import type { PriorConfig } from '../../models/prior-config.js';
import type { ClipTokenizer } from '../../tokenizer/clip-tokenizer.js';
import { CheckpointError } from '../../weights/checkpoint-error.js';
import type { CheckpointFolder } from '../../weights/checkpoint-folder.js';
import { PRIOR, priorText } from '../component-kinds.js';
import { readStatistics, type Statistics } from '../image-normalizer.js';
import { modelRequester } from '../model-requester.js';
import type { WeightComponent } from '../open-component.js';
import { type Family, FORMULATION, type Opened, unequal } from '../open-family.js';
import { component, type Piece, schedulerConfig } from '../pieces.js';
import { hasTokenizer, type TokenizerFiles, tokenizerFiles } from '../tokenizer-files.js';

/** One opened prior, which turns prompts into CLIP image embeddings: configs read, weights found and checked. */
export interface PriorCheckpoint {
  readonly name: string;
  /** The identity of everything an embedding depends on, by content: the same for any layout on disk. */
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

interface First {
  readonly prior: Piece<WeightComponent<PriorConfig>>;
  readonly text: Piece<TextEncoder>;
  readonly scheduler: Piece<JsonObject>;
  readonly tokenizer: Piece<TokenizerFiles>;
}

interface TextEncoder extends WeightComponent<ClipTextProjectionConfig> {
  /** A whole StableUnCLIPPipeline holds two text encoders. */
  readonly folder: string;
}

interface Dependents {
  readonly statistics: Piece<Statistics>;
}

/** A Karlo prior, from UnCLIPPipeline or from a whole StableUnCLIPPipeline. */
export const karlo: Family<First, Dependents, PriorCheckpoint> = {
  async pieces(layout) {
    const folder = (await layout.has('prior_text_encoder/config.json')) ? 'prior_text_encoder' : 'text_encoder';
    const text = component(priorText(folder));
    return {
      prior: component(PRIOR),
      text: { ...text, open: async (source) => ({ ...(await text.open(source)), folder }) },
      scheduler: schedulerConfig('prior_scheduler/scheduler_config.json'),
      tokenizer: tokenizerFiles((await hasTokenizer(layout, 'prior_tokenizer')) ? 'prior_tokenizer' : 'tokenizer'),
    };
  },
  misfits: (opened) => ({ problems: widthsThatDiffer(opened), advice: 'The components come from different models' }),
  dependents: ({ prior }) => ({ statistics: priorStatistics(prior.config.clipEmbedDim) }),
  make(name, { prior, text, scheduler, tokenizer: files, statistics }, identity) {
    const request = modelRequester(FORMULATION);
    let tokenizer: ClipTokenizer | null = null;
    return {
      ...{ name, identity, scheduler, statistics: statistics.values },
      embedDim: prior.config.clipEmbedDim,
      prior: prior.config,
      text: text.config,
      get tokenizer() {
        tokenizer ??= files.create(name, text.config.maxPositionEmbeddings);
        return tokenizer;
      },
      textModel: (options) => request('prior text_encoder', text, { ...options, describe: buildClipTextProjection }),
      priorModel: (shape, options) =>
        request('prior', prior, {
          ...options,
          shape: `n=${shape.n}`,
          runsOnEnd: true,
          describe: (builder, config) => buildPrior(builder, config, shape),
        }),
    };
  },
};

/** @throws CheckpointError if folders of a prior are missing */
export async function requirePriorFolders(folder: CheckpointFolder): Promise<void> {
  const names = await folder.list('');
  const missing = ['prior', 'prior_scheduler', 'text_encoder', 'tokenizer'].filter((part) => !names.includes(part));
  if (missing.length === 0) return;
  throw withReason(
    new CheckpointError(
      `Expected a folder with a Karlo prior, but ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. ` +
        'Take a checkpoint that holds a prior, such as kakaobrain/karlo-v1-alpha',
    ),
    { code: 'model-parts-missing', parts: missing },
  );
}

/** They are among the weights of the prior. */
function priorStatistics(embedDim: number): Piece<Statistics> {
  return {
    async open({ layout }) {
      return readStatistics(layout, await layout.openTensors(PRIOR), { names: ['clip_mean', 'clip_std'], embedDim });
    },
    content: ({ content }) => content,
  };
}

function widthsThatDiffer({ prior, text }: Opened<First>): readonly string[] {
  const { embeddingDim, textEmbedDim, numEmbeddings, clipEmbedDim } = prior.config;
  const { hiddenSize, projectionDim, maxPositionEmbeddings } = text.config;
  return unequal([
    ['prior "embedding_dim"', embeddingDim, `${text.folder} "hidden_size"`, hiddenSize],
    ['prior "embedding_proj_dim"', textEmbedDim, `${text.folder} "projection_dim"`, projectionDim],
    ['prior "num_embeddings"', numEmbeddings, `${text.folder} "max_position_embeddings"`, maxPositionEmbeddings],
    ['prior "clip_embed_dim"', clipEmbedDim, 'prior "embedding_dim"', embeddingDim],
  ]);
}
