import type { AbsentModel } from '../../models/model.js';
import { unclipSurroundings } from '../beside-vision.js';
import { absentText, type UnclipCheckpoint } from '../checkpoint.js';
import { UNET, VAE, VISION } from '../component-kinds.js';
import { type Family, unequal } from '../open-family.js';
import { component, latentPreview, preprocessing, schedulerConfig } from '../pieces.js';
import { unetModel } from '../unet-model.js';
import { vaeLatents, vaeModel } from '../vae-model.js';
import { visionModel } from '../vision-model.js';
import { MISFIT_ADVICE } from './plain.js';

const PIECES = {
  ...{ unet: component(UNET), vae: component(VAE), vision: component(VISION) },
  ...{ preprocess: preprocessing, scheduler: schedulerConfig('scheduler/scheduler_config.json') },
};

interface Dependents {
  readonly preview: ReturnType<typeof latentPreview>;
}

/** StableDiffusionImageVariationPipeline, whose attention sees an image embedding where others see text. */
export const imageVariations: Family<typeof PIECES, Dependents, UnclipCheckpoint> = {
  pieces: () => PIECES,
  misfits({ unet, vae, vision, preprocess }) {
    const { projectionDim, imageSize } = vision.config;
    const problems = unequal([
      ['unet "cross_attention_dim"', unet.config.crossAttentionDim, 'image_encoder "projection_dim"', projectionDim],
      ['unet "in_channels"', unet.config.inChannels, 'vae "latent_channels"', vae.config.latentChannels],
      ['unet "out_channels"', unet.config.outChannels, 'vae "latent_channels"', vae.config.latentChannels],
      ['feature_extractor "crop_size"', preprocess.cropSize, 'image_encoder "image_size"', imageSize],
    ]);
    if (unet.config.classEmbedDim === null) return { problems, advice: MISFIT_ADVICE };
    const surplus = 'unet "class_embed_type" is that of an unCLIP model, but this should not be one';
    return { problems: [...problems, surplus], advice: MISFIT_ADVICE };
  },
  dependents: ({ unet }) => ({ preview: latentPreview(unet.config.outChannels) }),
  make(name, { unet, vae, vision, preprocess, scheduler, preview }, identity) {
    const latents = vaeLatents(vae, { typicalSide: unet.config.sampleSize, preview });
    const absent =
      `Checkpoint "${name}" draws variations of images: it takes no prompts and has no text encoder. ` +
      'Connect CLIP Image Embed and then Image Conditioning to the sampler’s prompt, in place of Text Encode.';
    const noText: AbsentModel = { absent, because: { code: 'model-cannot', model: name, what: 'read-text' } };
    const surroundings = { preprocess, identity, ...unclipSurroundings(vision.config.projectionDim) };
    return {
      ...{ name, identity, noText, seesImages: true },
      text: absentText(noText),
      unet: unetModel(unet, { name, latents, scheduler, prompt: 'image' }),
      vae: vaeModel(name, vae, latents),
      vision: visionModel(name, vision, surroundings),
    };
  },
};
