import type { PriorCheckpoint } from '../checkpoints/families/karlo.js';
import type {
  AbsentModel,
  ControlNetModel,
  IpAdapterModel,
  TextModel,
  UnetModel,
  UpscalerModel,
  VaeModel,
  VisionModel,
} from '../models/model.js';
import { defineModelPort } from './port-type.js';

// The port types that carry models have no form in which they are kept, so one file holds them all.

export interface PriorHandle {
  readonly checkpoint: PriorCheckpoint;
}

export const visionModelPort = defineModelPort<VisionModel | AbsentModel>()({
  name: 'vision-model',
  looks: { colour: '#8f7ae5', shape: 'square' },
  describe: 'A CLIP image encoder, or why a checkpoint has none.',
});

export const textModelPort = defineModelPort<TextModel>()({
  name: 'text-model',
  looks: { colour: '#d6a02c', shape: 'square' },
  describe: 'A CLIP text encoder with its tokenizer.',
});

export const unetPort = defineModelPort<UnetModel>()({
  name: 'unet',
  looks: { colour: '#5f82e8', shape: 'square' },
  describe: 'A UNet, which removes noise from latent images.',
});

export const vaePort = defineModelPort<VaeModel>()({
  name: 'vae',
  looks: { colour: '#d9534f', shape: 'square' },
  describe: 'A VAE, which turns images into latent images and back.',
});

export const ipAdapterPort = defineModelPort<IpAdapterModel>()({
  name: 'ip-adapter',
  looks: { colour: '#c2569f', shape: 'square' },
  describe: 'An IP-Adapter, with which images guide a UNet in addition to its text.',
});

export const controlNetPort = defineModelPort<ControlNetModel>()({
  name: 'controlnet',
  looks: { colour: '#2fa37c', shape: 'square' },
  describe: 'A ControlNet, which lets an image such as its edges steer what a UNet draws.',
});

export const upscalerPort = defineModelPort<UpscalerModel>()({
  name: 'upscaler',
  looks: { colour: '#3f9fb5', shape: 'square' },
  describe: 'An upscaler, such as ESRGAN, which enlarges images and adds detail.',
});

export const priorPort = defineModelPort<PriorHandle>()({
  name: 'prior',
  looks: { colour: '#4fa86a', shape: 'square' },
  describe: 'A prior, which makes CLIP embeddings of images from prompts.',
});
