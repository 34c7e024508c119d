import type { JsonObject } from '../../json-object.js';
import { MAP_CHANNELS } from '../../models/map-channels.js';
import type { TextModel, UnetModel, VaeModel } from '../../models/model.js';
import type { ClipTokenizer } from '../../tokenizer/clip-tokenizer.js';
import { besideVision } from '../beside-vision.js';
import { type PlainCheckpoint, withoutImages } from '../checkpoint.js';
import { TEXT, UNET, VAE } from '../component-kinds.js';
import { type Family, type Opened, unequal } from '../open-family.js';
import { component, latentPreview, type Piece, schedulerConfig } from '../pieces.js';
import { textModel } from '../text-model.js';
import { tokenizerFiles } from '../tokenizer-files.js';
import { unetModel } from '../unet-model.js';
import { vaeLatents, vaeModel } from '../vae-model.js';
import { visionModel } from '../vision-model.js';

/** What every Stable Diffusion is made of. */
export const STABLE_DIFFUSION_PIECES = {
  text: component(TEXT),
  unet: component(UNET),
  vae: component(VAE),
  scheduler: schedulerConfig('scheduler/scheduler_config.json'),
  tokenizer: tokenizerFiles('tokenizer'),
};

type First = typeof STABLE_DIFFUSION_PIECES;

interface PlainFirst extends First {
  /** Of an upscaler: how the image that it enlarges is noised. */
  readonly lowRes?: Piece<JsonObject>;
  readonly vision?: typeof besideVision;
}

const LOW_RES = 'low_res_scheduler/scheduler_config.json';

interface Dependents {
  readonly preview: ReturnType<typeof latentPreview>;
}

/** Stable Diffusion 1 or 2 (StableDiffusionPipeline), which only prompts and latents guide. */
export const plain: Family<PlainFirst, Dependents, PlainCheckpoint> = {
  pieces: async (layout) => ({
    ...STABLE_DIFFUSION_PIECES,
    ...((await layout.has(LOW_RES)) && { lowRes: schedulerConfig(LOW_RES) }),
    ...((await layout.has('image_encoder/config.json')) && { vision: besideVision }),
  }),
  misfits(opened) {
    const extra = opened.unet.config.inChannels - opened.vae.config.latentChannels;
    // Inpainting, depth and upscaling models have additional input channels.
    const isOwnKind = MAP_CHANNELS.has(extra);
    const problems = widthsThatDiffer(opened).filter(
      (problem) => !(isOwnKind && problem.startsWith('unet "in_channels"')),
    );
    if (extra === 3 && opened.lowRes === undefined) {
      problems.push('unet "in_channels" is that of a 4x upscaler, but there is no low_res_scheduler');
    }
    if (opened.unet.config.classEmbedDim !== null) {
      problems.push('unet "class_embed_type" requires image embeddings, but there is no image_encoder');
    }
    return { problems, advice: MISFIT_ADVICE };
  },
  dependents: ({ unet }) => ({ preview: latentPreview(unet.config.outChannels) }),
  make(name, opened, identity) {
    const { unet, ...others } = openModels(name, opened);
    const { lowRes, vision = withoutImages(name) } = opened;
    return {
      ...{ ...others, name, identity, seesImages: false },
      unet: lowRes === undefined ? unet : { ...unet, lowRes },
      vision: 'absent' in vision ? vision : visionModel(name, vision.vision, { ...vision, identity }),
    };
  },
};

export const MISFIT_ADVICE =
  'The components come from different models, or this is neither an unCLIP model nor a plain Stable Diffusion';

/** Components out of different checkpoints may each be sound and yet be of no use together. */
export function widthsThatDiffer({ text, unet, vae }: Pick<Opened<First>, 'text' | 'unet' | 'vae'>): readonly string[] {
  const { latentChannels } = vae.config;
  return unequal([
    ['unet "cross_attention_dim"', unet.config.crossAttentionDim, 'text_encoder "hidden_size"', text.config.hiddenSize],
    ['unet "in_channels"', unet.config.inChannels, 'vae "latent_channels"', latentChannels],
    ['unet "out_channels"', unet.config.outChannels, 'vae "latent_channels"', latentChannels],
  ]);
}

/** The models of the pieces; nothing of them is loaded yet. */
export function openModels(
  name: string,
  { text, unet, vae, scheduler, tokenizer: files, preview }: Opened<First> & Opened<Dependents>,
): { readonly unet: UnetModel; readonly vae: VaeModel; readonly text: TextModel } {
  const latents = vaeLatents(vae, { typicalSide: unet.config.sampleSize, preview });
  let tokenizer: ClipTokenizer | null = null;
  return {
    unet: unetModel(unet, { name, latents, scheduler }),
    vae: vaeModel(name, vae, latents),
    text: textModel(text, {
      name,
      // Indexing the usual vocabulary takes longer than opening the whole folder, so it waits for the first prompt.
      tokenizer() {
        tokenizer ??= files.create(name, text.config.maxPositionEmbeddings);
        return tokenizer;
      },
    }),
  };
}
