import { buildClipVision } from '../../models/clip-vision.js';
import type { VisionModel } from '../../models/model.js';
import { CLIP_WORKING_BYTES } from '../../models/working-memory.js';
import type { UnclipCheckpoint } from '../checkpoint.js';
import { VISION } from '../component-kinds.js';
import { imageNormalizer } from '../image-normalizer.js';
import { modelRequester } from '../model-requester.js';
import { type Family, FORMULATION, type Opened, unequal } from '../open-family.js';
import { component, latentPreview, preprocessing, schedulerConfig } from '../pieces.js';
import { MISFIT_ADVICE, openModels, STABLE_DIFFUSION_PIECES, widthsThatDiffer } from './plain.js';

const { text, unet, vae, scheduler, tokenizer } = STABLE_DIFFUSION_PIECES;

const PIECES = {
  ...{ text, unet, vae },
  vision: component(VISION),
  preprocess: preprocessing,
  noisingScheduler: schedulerConfig('image_noising_scheduler/scheduler_config.json'),
  ...{ scheduler, tokenizer },
};

type First = typeof PIECES;

interface Dependents {
  readonly statistics: ReturnType<typeof imageNormalizer>;
  readonly preview: ReturnType<typeof latentPreview>;
}

/** Stable Diffusion 2.1 unCLIP (StableUnCLIPImg2ImgPipeline), which images can guide. */
export const unclip: Family<First, Dependents, UnclipCheckpoint> = {
  pieces: () => PIECES,
  misfits: (opened) => ({
    problems: [
      ...unequal([
        [
          'unet "projection_class_embeddings_input_dim"',
          opened.unet.config.classEmbedDim,
          'twice image_encoder "projection_dim"',
          2 * opened.vision.config.projectionDim,
        ],
        [
          'feature_extractor "crop_size"',
          opened.preprocess.cropSize,
          'image_encoder "image_size"',
          opened.vision.config.imageSize,
        ],
      ]),
      ...widthsThatDiffer(opened),
    ],
    advice: MISFIT_ADVICE,
  }),
  dependents: (opened) => ({
    statistics: imageNormalizer(opened.vision.config.projectionDim),
    preview: latentPreview(opened.unet.config.inChannels),
  }),
  make: (name, opened, identity) => ({
    ...{ name, identity, seesPictures: true },
    ...openModels(name, opened),
    vision: openVision(name, opened, identity),
  }),
};

function openVision(
  name: string,
  { vision, preprocess, noisingScheduler, statistics }: Opened<First> & Opened<Dependents>,
  identity: string,
): VisionModel {
  const request = modelRequester(FORMULATION);
  const { values: normalizer } = statistics;
  return {
    ...{ name, preprocess, identity: vision.identity, config: vision.config },
    embeds: { ...{ name, identity, normalizer, noisingScheduler }, width: vision.config.projectionDim },
    request: (options) =>
      request('image_encoder', vision, { ...options, workingBytes: CLIP_WORKING_BYTES, describe: buildClipVision }),
  };
}
