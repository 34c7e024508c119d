import { CheckpointError } from './checkpoint-error.js';
import { type CheckpointParts, openCheckpointParts } from './checkpoint-parts.js';
import type { PreprocessConfig } from './image/preprocess-config.js';
import type { JsonObject } from './json-object.js';
import type { LatentPreview } from './latent-preview.js';
import { type ModelOptions, modelRequester } from './model-requester.js';
import { buildClipText } from './models/clip-text.js';
import { buildClipVision } from './models/clip-vision.js';
import type { ClipTextConfig, ClipVisionConfig, VaeConfig } from './models/configs.js';
import type { UnetConfig } from './models/unet/config.js';
import { buildUnet, type UnetPart, type UnetShape } from './models/unet/unet.js';
import { buildVaeDecoder, type LatentShape } from './models/vae.js';
import { buildVaeEncoder, type PictureShape } from './models/vae-encoder.js';
import {
  CLIP_WORKING_BYTES,
  unetWorkingBytes,
  vaeDecoderWorkingBytes,
  vaeEncoderWorkingBytes,
} from './models/working-memory.js';
import { FORMULATIONS } from './onnx/formulations.js';
import type { ModelRequest } from './services.js';
import type { ClipTokenizer } from './tokenizer/clip-tokenizer.js';
import type { CheckpointFolder } from './weights/checkpoint-folder.js';
import type { CheckpointLayout } from './weights/checkpoint-layout.js';
import { requireComponents } from './weights/folder-layout.js';
import type { ImageNormalizer } from './weights/image-normalizer.js';
import { type LayoutOptions, openLayout } from './weights/open-layout.js';
import { SafetensorsError } from './weights/safetensors.js';
import { createTokenizerOf } from './weights/tokenizer-files.js';

/** One opened checkpoint: configs read, weights found and checked, nothing of the weights loaded. */
interface CheckpointCore {
  readonly name: string;
  /** Names all that an image depends on by its content: the same however the checkpoint lies on disk. */
  readonly identity: string;
  /** Pixels that one latent cell spans, in both directions. */
  readonly pixelsPerLatent: number;
  /** Side of the square latent in cells which the UNet was trained for. */
  readonly sampleSize: number;
  readonly latentChannels: number;
  readonly unet: UnetConfig;
  readonly vae: VaeConfig;
  readonly text: ClipTextConfig;
  /** Built on first use, which throws CheckpointError if the tokenizer's files do not fit together. */
  readonly tokenizer: ClipTokenizer;
  /** scheduler_config.json of the sampling, as parsed. */
  readonly scheduler: JsonObject;
  /** A rough decoder for previews; not part of diffusers' folders, so it is mostly missing. */
  readonly latentPreview: LatentPreview | null;
  /** `input_ids` int64 [n, t] -> `last_hidden_state` [n, t, d]. */
  textModel(options?: TextModelOptions): ModelRequest;
  /** `sample`, `timestep` [1], `encoder_hidden_states`, `class_labels` -> `out_sample`; of parts see {@link UnetPart}. */
  unetModel(shape: UnetShape, options?: UnetModelOptions): ModelRequest;
  /** `latent`, times the scaling factor -> `image`, about -1..1 and not clamped. */
  vaeDecoder(shape: LatentShape, options?: ModelOptions): ModelRequest;
  /** `pixels`, RGB in -1..1 -> `moments`: means and logarithms of variances, not times the scaling factor. */
  vaeEncoder(shape: PictureShape, options?: ModelOptions): ModelRequest;
}

/** A checkpoint that pictures can lead: the parts which deal with image embeddings. */
export interface UnclipCheckpoint extends CheckpointCore {
  readonly seesPictures: true;
  /** d of the CLIP image embeddings. */
  readonly embedDim: number;
  readonly vision: ClipVisionConfig;
  readonly preprocess: PreprocessConfig;
  readonly normalizer: ImageNormalizer;
  /** scheduler_config.json of the noise on image embeddings, as parsed. */
  readonly noisingScheduler: JsonObject;
  /** `pixel_values` [n, 3, S, S] -> `image_embeds` [n, embedDim]; n is free at each run. */
  visionModel(options?: ModelOptions): ModelRequest;
}

/** A Stable Diffusion of the first or second generation, which only words and latents lead. */
export interface PlainCheckpoint extends CheckpointCore {
  readonly seesPictures: false;
}

export type Checkpoint = UnclipCheckpoint | PlainCheckpoint;

/** Why nothing can be made of what a checkpoint lacks; `null` if pictures can lead it. */
export function whyNoPictures({ name, seesPictures }: Pick<Checkpoint, 'name' | 'seesPictures'>): string | null {
  if (seesPictures) return null;
  return (
    `Checkpoint "${name}" is a plain Stable Diffusion: it has no image encoder, and pictures cannot lead it. ` +
    'Choose an unCLIP checkpoint here, or lead this one by a prompt and a latent.'
  );
}

/** @throws CheckpointError for a plain one */
export function requireUnclip(checkpoint: Checkpoint): UnclipCheckpoint {
  if (checkpoint.seesPictures) return checkpoint;
  throw new CheckpointError(whyNoPictures(checkpoint) ?? '');
}

export interface TextModelOptions extends ModelOptions {
  /** How many layers at the end are left out; 0 when left out. */
  readonly clipSkip?: number;
}

export interface UnetModelOptions extends ModelOptions {
  /** All of it when left out. */
  readonly part?: UnetPart;
}

export interface OpenCheckpointOptions extends LayoutOptions {
  /** A digest as text, like sha256 in hexadecimal. */
  hash(content: string | Uint8Array): string;
}

// Other providers come with their own models one day; until then one table serves.
const FORMULATION = FORMULATIONS.cpu;

/**
 * Opens a diffusers folder of StableUnCLIPImg2ImgPipeline or StableDiffusionPipeline, or a checkpoint in one file. Reads
 * configs and weight headers, and of the weights their sha256 only.
 *
 * @throws CheckpointError telling all that is wrong with the checkpoint: file, key or tensor, expected, got, what to do
 */
export async function openCheckpoint(
  name: string,
  folder: CheckpointFolder,
  options: OpenCheckpointOptions,
): Promise<Checkpoint> {
  const { hash } = options;
  const parts = await openNamedParts(
    name,
    async () => {
      if (options.singleFile === undefined) await requireComponents(folder);
      return openLayout(folder, options);
    },
    hash,
  );
  const { identity, text, unet, vae, imageSide, scheduler, latentPreview } = parts;
  const request = modelRequester(FORMULATION);
  let tokenizer: ClipTokenizer | null = null;
  const core: CheckpointCore = {
    ...{ name, identity, scheduler, latentPreview },
    pixelsPerLatent: 2 ** (vae.config.blockOutChannels.length - 1),
    sampleSize: unet.config.sampleSize,
    latentChannels: unet.config.inChannels,
    unet: unet.config,
    vae: vae.config,
    text: text.config,
    // Indexing the usual vocabulary of 49,408 entries takes longer than opening the whole folder.
    get tokenizer() {
      tokenizer ??= createTokenizerOf(name, parts.tokenizerFiles, text.config.maxPositionEmbeddings);
      return tokenizer;
    },
    ...modelRequests(request, parts),
  };
  if (imageSide === null) return Object.assign(core, { seesPictures: false } as const);
  const { vision, normalizer, preprocess, noisingScheduler } = imageSide;
  return Object.assign(core, {
    ...{ seesPictures: true, normalizer, preprocess, noisingScheduler },
    embedDim: vision.config.projectionDim,
    vision: vision.config,
    visionModel: (options?: ModelOptions) =>
      request('image_encoder', vision, { ...options, workingBytes: CLIP_WORKING_BYTES, describe: buildClipVision }),
  } as const);
}

async function openNamedParts(
  name: string,
  openLayout: () => Promise<CheckpointLayout>,
  hash: OpenCheckpointOptions['hash'],
): Promise<CheckpointParts> {
  try {
    return await openCheckpointParts(await openLayout(), { formulation: FORMULATION, hash });
  } catch (error) {
    if (!(error instanceof CheckpointError || error instanceof SafetensorsError)) throw error;
    throw new CheckpointError(`Checkpoint "${name}": ${error.message}.`, { cause: error });
  }
}

function modelRequests(
  request: ReturnType<typeof modelRequester>,
  { text, unet, vae }: CheckpointParts,
): Pick<CheckpointCore, 'textModel' | 'unetModel' | 'vaeDecoder' | 'vaeEncoder'> {
  return {
    textModel: ({ clipSkip = 0, ...options } = {}) =>
      request(`text_encoder clipSkip=${clipSkip}`, text, {
        ...options,
        workingBytes: CLIP_WORKING_BYTES,
        describe: (builder, config) => buildClipText(builder, config, clipSkip),
      }),
    unetModel: (shape, { part = 'whole', ...options } = {}) =>
      request(`unet${part === 'whole' ? '' : ` ${part}`} n=${shape.n} h=${shape.h} w=${shape.w} t=${shape.t}`, unet, {
        ...options,
        runsOnEnd: true,
        workingBytes: unetWorkingBytes(unet.config, shape),
        describe: (builder, config) => buildUnet(builder, config, shape, part),
      }),
    vaeDecoder: (shape, options) =>
      request(`vae decoder n=${shape.n} h=${shape.h} w=${shape.w}`, vae, {
        ...options,
        workingBytes: vaeDecoderWorkingBytes(vae.config, shape),
        describe: (builder, config) => buildVaeDecoder(builder, config, shape),
      }),
    vaeEncoder: (shape, options) =>
      request(`vae encoder n=${shape.n} H=${shape.heightPx} W=${shape.widthPx}`, vae, {
        ...options,
        workingBytes: vaeEncoderWorkingBytes(vae.config, shape),
        describe: (builder, config) => buildVaeEncoder(builder, config, shape),
      }),
  };
}
