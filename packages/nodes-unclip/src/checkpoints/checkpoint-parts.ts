import { canonicalJson } from '@unclip-studio/graph-core';
import { type PreprocessConfig, PreprocessConfigError, readPreprocessConfig } from '../image/preprocess-config.js';
import type { JsonObject } from '../json-object.js';
import type { ClipTextConfig, ClipVisionConfig, VaeConfig } from '../models/configs.js';
import { type LatentPreview, readLatentPreview } from '../models/latent-preview.js';
import type { ImageNormalizer } from '../models/model.js';
import type { UnetConfig } from '../models/unet/config.js';
import { tokenizerContent } from '../tokenizer/clip-tokenizer.js';
import { CheckpointError, fileProblems } from '../weights/checkpoint-error.js';
import type { CheckpointLayout } from '../weights/checkpoint-layout.js';
import { allOrProblems } from './all-or-problems.js';
import { TEXT, UNET, VAE, VISION } from './component-kinds.js';
import { readImageNormalizer } from './image-normalizer.js';
import { type OpenComponentOptions, openComponent, type WeightComponent } from './open-component.js';
import { schedulerContent, TextFiles } from './text-files.js';
import { readTokenizerFiles, type TokenizerFiles } from './tokenizer-files.js';

/** What the files of a checkpoint say, each checked and all fitting together. */
export interface CheckpointParts {
  readonly text: WeightComponent<ClipTextConfig>;
  readonly unet: WeightComponent<UnetConfig>;
  readonly vae: WeightComponent<VaeConfig>;
  /** `null` for a plain Stable Diffusion. */
  readonly imageSide: ImageSideParts | null;
  readonly scheduler: JsonObject;
  readonly tokenizerFiles: TokenizerFiles;
  readonly latentPreview: LatentPreview | null;
  /** Names all that a result depends on by its content, wherever and in whatever form it lies. */
  readonly identity: string;
}

export interface ImageSideParts {
  readonly vision: WeightComponent<ClipVisionConfig>;
  readonly preprocess: PreprocessConfig;
  readonly noisingScheduler: JsonObject;
  readonly normalizer: ImageNormalizer;
}

/** @throws CheckpointError with the problems of all components, one after the other */
export async function openCheckpointParts(
  layout: CheckpointLayout,
  options: OpenComponentOptions,
): Promise<CheckpointParts> {
  const texts = new TextFiles(layout);
  const seesPictures = await layout.seesPictures();
  const [text, unet, vae, imageSide, scheduler, tokenizerFiles] = await allOrProblems([
    openComponent(layout, TEXT, options),
    openComponent(layout, UNET, options),
    openComponent(layout, VAE, options),
    seesPictures ? openImageSide(layout, texts, options) : null,
    texts.json('scheduler/scheduler_config.json'),
    readTokenizerFiles(texts, 'tokenizer'),
  ]);
  requireFit({ text: text.config, unet: unet.config, vae: vae.config, imageSide });
  const [statistics, latentPreview] = await allOrProblems([
    imageSide && readImageNormalizer(layout, imageSide.vision.config.projectionDim),
    readOptionalPreview(texts, unet.config.inChannels),
  ]);
  const content = {
    ...{ text: text.identity, unet: unet.identity, vae: vae.identity },
    scheduler: schedulerContent(scheduler),
    tokenizer: tokenizerContent(tokenizerFiles),
    ...(imageSide && {
      vision: imageSide.vision.identity,
      preprocess: imageSide.preprocess,
      noisingScheduler: schedulerContent(imageSide.noisingScheduler),
      statistics: statistics?.content,
    }),
  };
  return {
    ...{ text, unet, vae, scheduler, tokenizerFiles, latentPreview },
    identity: options.hash(canonicalJson(content)),
    imageSide: imageSide && statistics && { ...imageSide, normalizer: statistics.values },
  };
}

async function openImageSide(
  layout: CheckpointLayout,
  texts: TextFiles,
  options: OpenComponentOptions,
): Promise<Omit<ImageSideParts, 'normalizer'>> {
  const [vision, preprocess, noisingScheduler] = await allOrProblems([
    openComponent(layout, VISION, options),
    readPreprocess(texts),
    texts.json('image_noising_scheduler/scheduler_config.json'),
  ]);
  return { vision, preprocess, noisingScheduler };
}

async function readPreprocess(texts: TextFiles): Promise<PreprocessConfig> {
  const json = await texts.json('feature_extractor/preprocessor_config.json');
  try {
    return readPreprocessConfig(json);
  } catch (error) {
    if (!(error instanceof PreprocessConfigError)) throw error;
    throw new CheckpointError(`feature_extractor/${error.message}. Choose another checkpoint`, { cause: error });
  }
}

async function readOptionalPreview(texts: TextFiles, latentChannels: number): Promise<LatentPreview | null> {
  const path = 'latent_preview.json';
  const json = await texts.optionalJson(path);
  return json === null ? null : readLatentPreview(path, json, latentChannels);
}

/** Components out of different checkpoints may each be sound and yet be of no use together. */
function requireFit({ text, unet, vae, imageSide }: Fitting): void {
  const imagePairs = imageSide
    ? ([
        [
          'unet "projection_class_embeddings_input_dim"',
          unet.classEmbedDim,
          'twice image_encoder "projection_dim"',
          2 * imageSide.vision.config.projectionDim,
        ],
        [
          'feature_extractor "crop_size"',
          imageSide.preprocess.cropSize,
          'image_encoder "image_size"',
          imageSide.vision.config.imageSize,
        ],
      ] as const)
    : [];
  const pairs = [
    ...imagePairs,
    ['unet "cross_attention_dim"', unet.crossAttentionDim, 'text_encoder "hidden_size"', text.hiddenSize],
    ['unet "in_channels"', unet.inChannels, 'vae "latent_channels"', vae.latentChannels],
    ['unet "out_channels"', unet.outChannels, 'vae "latent_channels"', vae.latentChannels],
  ] as const;
  const problems = pairs
    .filter(([, value, , other]) => value !== other)
    .map(([what, value, otherWhat, other]) => `${what} is ${value ?? 'missing'}, but ${otherWhat} is ${other}`);
  if (imageSide === null && unet.classEmbedDim !== null) {
    problems.push('unet "class_embed_type" asks for image embeddings, but there is no image_encoder');
  }
  if (problems.length > 0) {
    throw fileProblems(
      'config.json files',
      problems,
      'The components come from different models, or this is neither an unCLIP model nor a plain Stable Diffusion',
    );
  }
}

interface Fitting {
  readonly text: ClipTextConfig;
  readonly unet: UnetConfig;
  readonly vae: VaeConfig;
  readonly imageSide: Omit<ImageSideParts, 'normalizer'> | null;
}
