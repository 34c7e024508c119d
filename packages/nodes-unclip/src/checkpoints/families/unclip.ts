import type { UnclipCheckpoint } from '../checkpoint.js';
import { VISION } from '../component-kinds.js';
import { imageNormalizer } from '../image-normalizer.js';
import { type Family, unequal } from '../open-family.js';
import { component, latentPreview, preprocessing, schedulerConfig } from '../pieces.js';
import { visionModel } from '../vision-model.js';
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
    preview: latentPreview(opened.unet.config.outChannels),
  }),
  make: (name, opened, identity) => ({
    ...{ name, identity, seesImages: true },
    ...openModels(name, opened),
    vision: visionModel(name, opened.vision, { ...opened, identity, normalizer: opened.statistics.values }),
  }),
};
