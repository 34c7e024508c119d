import type { ControlNetModel, IpAdapterModel, UpscalerModel, VaeModel, VisionModel } from '../../models/model.js';
import type { OpenFamilyOptions } from '../open-family.js';
import { openControlNet } from './controlnet.js';
import { openEmbedding, type TextEmbedding } from './embedding.js';
import { type ImageEmbeds, openImageEmbeds } from './image-embeds.js';
import { openIpAdapter } from './ip-adapter.js';
import type { ModelLocation } from './location.js';
import { type LoraFile, openLora } from './lora.js';
import { openUpscaler } from './upscaler.js';
import { openVae } from './vae.js';
import { openVision } from './vision.js';

/** The type of each kind of single model. */
export interface OpenedModels {
  readonly controlnet: ControlNetModel;
  readonly upscaler: UpscalerModel;
  readonly vae: VaeModel;
  readonly vision: VisionModel;
  readonly lora: LoraFile;
  readonly 'ip-adapter': IpAdapterModel;
  readonly embedding: TextEmbedding;
  readonly 'image-embeds': ImageEmbeds;
}

export type ModelFileKind = keyof OpenedModels;

type Openers = {
  readonly [Kind in ModelFileKind]: (
    name: string,
    location: ModelLocation,
    options: Pick<OpenFamilyOptions, 'hash'>,
  ) => Promise<OpenedModels[Kind]>;
};

const OPENERS: Openers = {
  controlnet: openControlNet,
  upscaler: openUpscaler,
  vae: openVae,
  vision: openVision,
  lora: openLora,
  'ip-adapter': openIpAdapter,
  embedding: openEmbedding,
  'image-embeds': openImageEmbeds,
};

/** What users call each kind, such as in "No VAE is called ...". */
export const MODEL_FILE_NAMES: Readonly<Record<ModelFileKind, string>> = {
  controlnet: 'ControlNet',
  upscaler: 'upscaler',
  vae: 'VAE',
  vision: 'CLIP vision model',
  lora: 'LoRA',
  'ip-adapter': 'IP-Adapter',
  embedding: 'embedding',
  'image-embeds': 'file of image embeddings',
};

/** @throws CheckpointError telling all that is wrong with it */
export function openModelFile<Kind extends ModelFileKind>(
  kind: Kind,
  name: string,
  { location, ...options }: Pick<OpenFamilyOptions, 'hash'> & { readonly location: ModelLocation },
): Promise<OpenedModels[Kind]> {
  return OPENERS[kind](name, location, options);
}
