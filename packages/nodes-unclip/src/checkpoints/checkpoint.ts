import { buildClipText } from '../models/clip-text.js';
import { buildClipVision } from '../models/clip-vision.js';
import type { AbsentModel, LatentFormat, TextModel, UnetModel, VaeModel, VisionModel } from '../models/model.js';
import { buildUnet } from '../models/unet/unet.js';
import { buildVaeDecoder } from '../models/vae.js';
import { buildVaeEncoder } from '../models/vae-encoder.js';
import {
  CLIP_WORKING_BYTES,
  unetWorkingBytes,
  vaeDecoderWorkingBytes,
  vaeEncoderWorkingBytes,
} from '../models/working-memory.js';
import { FORMULATIONS } from '../onnx/formulations.js';
import type { ClipTokenizer } from '../tokenizer/clip-tokenizer.js';
import { CheckpointError } from '../weights/checkpoint-error.js';
import type { CheckpointFolder } from '../weights/checkpoint-folder.js';
import type { CheckpointLayout } from '../weights/checkpoint-layout.js';
import { requireComponents } from '../weights/folder-layout.js';
import { type LayoutOptions, openLayout } from '../weights/open-layout.js';
import { SafetensorsError } from '../weights/safetensors.js';
import { type CheckpointParts, openCheckpointParts } from './checkpoint-parts.js';
import { modelRequester } from './model-requester.js';
import { createTokenizerOf } from './tokenizer-files.js';

/** One opened checkpoint: configs read, weights found and checked, nothing of the weights loaded. */
interface CheckpointCore {
  readonly name: string;
  /** Names all that an image depends on by its content: the same however the checkpoint lies on disk. */
  readonly identity: string;
  readonly unet: UnetModel;
  readonly vae: VaeModel;
  readonly text: TextModel;
}

/** A checkpoint that images can guide. */
export interface UnclipCheckpoint extends CheckpointCore {
  readonly seesPictures: true;
  readonly vision: VisionModel;
}

/** A Stable Diffusion of the first or second generation, which only prompts and latents guide. */
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

/** What a plain Stable Diffusion hands out in place of an image encoder. */
export function absentVision(checkpoint: PlainCheckpoint): AbsentModel {
  return { absent: whyNoPictures(checkpoint) ?? '' };
}

/** @throws CheckpointError if there is none, saying why */
export function requireVision(model: VisionModel | AbsentModel): VisionModel {
  if ('absent' in model) throw new CheckpointError(model.absent);
  return model;
}

/** @throws CheckpointError for a plain one */
export function requireUnclip(checkpoint: Checkpoint): UnclipCheckpoint {
  if (checkpoint.seesPictures) return checkpoint;
  throw new CheckpointError(whyNoPictures(checkpoint) ?? '');
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
  const { identity } = parts;
  const core: CheckpointCore = { name, identity, ...openModels(name, parts) };
  const vision = openVision(name, parts);
  return vision === null ? { ...core, seesPictures: false } : { ...core, seesPictures: true, vision };
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

function openModels(name: string, parts: CheckpointParts): Pick<CheckpointCore, 'unet' | 'vae' | 'text'> {
  const { text, unet, vae, scheduler, latentPreview } = parts;
  const request = modelRequester(FORMULATION);
  const latents: LatentFormat = {
    channels: vae.config.latentChannels,
    pixelsPerCell: 2 ** (vae.config.blockOutChannels.length - 1),
    scalingFactor: vae.config.scalingFactor,
    typicalSide: unet.config.sampleSize,
    vae: vae.identity,
    preview: latentPreview,
  };
  let tokenizer: ClipTokenizer | null = null;
  return {
    unet: {
      ...{ name, latents, scheduler, identity: unet.identity, config: unet.config },
      request: (shape, { part = 'whole', ...options } = {}) =>
        request(`unet${part === 'whole' ? '' : ` ${part}`} n=${shape.n} h=${shape.h} w=${shape.w} t=${shape.t}`, unet, {
          ...options,
          runsOnEnd: true,
          workingBytes: unetWorkingBytes(unet.config, shape),
          describe: (builder, config) => buildUnet(builder, config, shape, part),
        }),
    },
    vae: {
      ...{ name, latents, identity: vae.identity, config: vae.config },
      decoder: (shape, options) =>
        request(`vae decoder n=${shape.n} h=${shape.h} w=${shape.w}`, vae, {
          ...options,
          workingBytes: vaeDecoderWorkingBytes(vae.config, shape),
          describe: (builder, config) => buildVaeDecoder(builder, config, shape),
        }),
      encoder: (shape, options) =>
        request(`vae encoder n=${shape.n} H=${shape.heightPx} W=${shape.widthPx}`, vae, {
          ...options,
          workingBytes: vaeEncoderWorkingBytes(vae.config, shape),
          describe: (builder, config) => buildVaeEncoder(builder, config, shape),
        }),
    },
    text: {
      ...{ name, identity: text.identity, config: text.config },
      // Indexing the usual vocabulary of 49,408 entries takes longer than opening the whole folder.
      get tokenizer() {
        tokenizer ??= createTokenizerOf(name, parts.tokenizerFiles, text.config.maxPositionEmbeddings);
        return tokenizer;
      },
      request: ({ clipSkip = 0, ...options } = {}) =>
        request(`text_encoder clipSkip=${clipSkip}`, text, {
          ...options,
          workingBytes: CLIP_WORKING_BYTES,
          describe: (builder, config) => buildClipText(builder, config, clipSkip),
        }),
    },
  };
}

function openVision(name: string, { identity, imageSide }: CheckpointParts): VisionModel | null {
  if (imageSide === null) return null;
  const { vision, normalizer, preprocess, noisingScheduler } = imageSide;
  const request = modelRequester(FORMULATION);
  return {
    ...{ name, preprocess, identity: vision.identity, config: vision.config },
    embeds: { ...{ name, identity, normalizer, noisingScheduler }, width: vision.config.projectionDim },
    request: (options) =>
      request('image_encoder', vision, { ...options, workingBytes: CLIP_WORKING_BYTES, describe: buildClipVision }),
  };
}
