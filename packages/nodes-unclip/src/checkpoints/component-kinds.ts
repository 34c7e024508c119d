import { buildClipText } from '../models/clip-text.js';
import {
  buildClipTextProjection,
  type ClipTextProjectionConfig,
  readClipTextProjectionConfig,
} from '../models/clip-text-projection.js';
import { buildClipVision } from '../models/clip-vision.js';
import {
  type ClipTextConfig,
  type ClipVisionConfig,
  readClipTextConfig,
  readClipVisionConfig,
  readVaeConfig,
  type VaeConfig,
} from '../models/configs.js';
import { buildIpAdapter, type IpAdapterConfig, readIpAdapterConfig } from '../models/ip-adapter.js';
import { buildPrior } from '../models/prior.js';
import { type PriorConfig, readPriorConfig } from '../models/prior-config.js';
import { buildRrdbNet, type RrdbNetConfig, readRrdbNetConfig } from '../models/rrdbnet.js';
import { buildTinyVaeDecoder, buildTinyVaeEncoder, readTinyVaeConfig, type TinyVaeConfig } from '../models/tiny-vae.js';
import { type ControlNetConfig, readControlNetConfig, readUnetConfig, type UnetConfig } from '../models/unet/config.js';
import { buildControlNet } from '../models/unet/controlnet.js';
import { buildUnet } from '../models/unet/unet.js';
import { buildVaeDecoder } from '../models/vae.js';
import { buildVaeEncoder } from '../models/vae-encoder.js';
import {
  CLIP_TEXT_KEYS,
  CLIP_TEXT_PROJECTION_KEYS,
  CLIP_VISION_KEYS,
  PRIOR_KEYS,
  SAME_KEYS,
  VAE_KEYS,
} from '../weights/checkpoint-keys.js';
import type { ComponentKind } from './open-component.js';

// The folders of diffusers' StableUnCLIPImg2ImgPipeline.

export const VISION: ComponentKind<ClipVisionConfig> = {
  folder: 'image_encoder',
  stem: 'model',
  tower: 'vision_config',
  rules: CLIP_VISION_KEYS,
  readConfig: readClipVisionConfig,
  build: buildClipVision,
};

export const TEXT: ComponentKind<ClipTextConfig> = {
  folder: 'text_encoder',
  stem: 'model',
  tower: 'text_config',
  rules: CLIP_TEXT_KEYS,
  readConfig: readClipTextConfig,
  build: (builder, config) => buildClipText(builder, config),
};

export const UNET: ComponentKind<UnetConfig> = {
  folder: 'unet',
  stem: 'diffusion_pytorch_model',
  rules: SAME_KEYS,
  readConfig: readUnetConfig,
  build: (builder, config) => buildUnet(builder, config, { n: 1, h: 1, w: 1, t: 1 }),
};

export const VAE: ComponentKind<VaeConfig> = {
  folder: 'vae',
  stem: 'diffusion_pytorch_model',
  rules: VAE_KEYS,
  readConfig: readVaeConfig,
  build(builder, config) {
    const side = 2 ** (config.blockOutChannels.length - 1);
    buildVaeEncoder(builder, config, { n: 1, heightPx: side, widthPx: side });
    buildVaeDecoder(builder, config, { n: 1, h: 1, w: 1 });
  },
};

/** AutoencoderTiny, such as TAESD, in the place of a VAE. */
export const TINY_VAE: ComponentKind<TinyVaeConfig> = {
  folder: 'vae',
  stem: 'diffusion_pytorch_model',
  rules: SAME_KEYS,
  readConfig: readTinyVaeConfig,
  build(builder, config) {
    const side = 2 ** (config.encoder.length - 1);
    buildTinyVaeEncoder(builder, config, { n: 1, heightPx: side, widthPx: side });
    buildTinyVaeDecoder(builder, config, { n: 1, h: 1, w: 1 });
  },
};

/** The decoder of a TAESD; its encoder may be there or not. */
export const TINY_VAE_DECODER: ComponentKind<TinyVaeConfig> = {
  ...TINY_VAE,
  rules: { ...SAME_KEYS, isIgnored: (key) => key.startsWith('encoder.') },
  build: (builder, config) => buildTinyVaeDecoder(builder, config, { n: 1, h: 1, w: 1 }),
};

/** ESRGAN and Real-ESRGAN. */
export const UPSCALER: ComponentKind<RrdbNetConfig> = {
  folder: 'upscaler',
  stem: 'model',
  rules: SAME_KEYS,
  readConfig: readRrdbNetConfig,
  build: (builder, config) => buildRrdbNet(builder, config, { h: 1, w: 1 }),
};

/** Plain and plus. */
export const IP_ADAPTER: ComponentKind<IpAdapterConfig> = {
  folder: 'ip_adapter',
  stem: 'model',
  rules: SAME_KEYS,
  readConfig: readIpAdapterConfig,
  build: (builder, config) => buildIpAdapter(builder, config, { imageTokens: 1 }),
};

/** ControlNetModel. */
export const CONTROLNET: ComponentKind<ControlNetConfig> = {
  folder: 'controlnet',
  stem: 'diffusion_pytorch_model',
  rules: SAME_KEYS,
  readConfig: readControlNetConfig,
  build: (builder, config) => buildControlNet(builder, config, { n: 1, h: 1, w: 1, t: 1 }),
};

/** All that have a config and weights in an unCLIP checkpoint. */
export const COMPONENT_KINDS: readonly ComponentKind<unknown>[] = [VISION, TEXT, UNET, VAE];

// The folders of a Karlo prior; inside the folder of a whole StableUnCLIPPipeline the text encoder has another name.

export const PRIOR: ComponentKind<PriorConfig> = {
  folder: 'prior',
  stem: 'diffusion_pytorch_model',
  rules: PRIOR_KEYS,
  readConfig: readPriorConfig,
  build: (builder, config) => buildPrior(builder, config, { n: 1 }),
};

export function priorText(folder: string): ComponentKind<ClipTextProjectionConfig> {
  return {
    folder,
    stem: 'model',
    tower: 'text_config',
    rules: CLIP_TEXT_PROJECTION_KEYS,
    readConfig: readClipTextProjectionConfig,
    build: buildClipTextProjection,
  };
}
