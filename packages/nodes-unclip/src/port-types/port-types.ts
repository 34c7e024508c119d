import type { PriorCheckpoint } from '../checkpoints/prior-checkpoint.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { AbsentModel, EmbedSpace, TextModel, UnetModel, VaeModel, VisionModel } from '../models/model.js';
import type { TorchGeneratorState } from '../random/torch-generator.js';
import type { Tensor } from '../tensor/tensor.js';

export interface PriorHandle {
  readonly checkpoint: PriorCheckpoint;
}

/** One mask: uint8, rows from the top, 0 for what stays and 255 for what is drawn anew. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** width * height values. */
  readonly data: Uint8Array;
}

/** CLIP embeddings of pictures: float32 [n, d], one row a picture, not normalised to length 1. */
export interface Embed {
  readonly rows: Tensor;
  /** Its statistics and noise schedule apply. */
  readonly space: EmbedSpace;
}

/** What the UNet gets as `class_labels`: float32 [n, 2d], noised embedding, then the level's sinusoid; both times a strength. */
export interface Condition {
  readonly classLabels: Tensor;
  /** Its statistics and noise schedule made them. */
  readonly space: EmbedSpace;
}

/** Text states, float32 [n, t, d] each. The negative side is used only while guidance is on. */
export interface Conditioning {
  readonly positive: Tensor;
  readonly negative: Tensor;
}

/** float32 [n, c, h, w], times the VAE's scaling factor. */
export interface Latent {
  readonly samples: Tensor;
  /** Whose latents they are; taken for the reader's own when left out. */
  readonly space?: LatentSpace;
}

/** What tells the latents of one VAE from those of another. */
export interface LatentSpace {
  /** Pixels that one cell spans, in both directions. */
  readonly pixelsPerLatent: number;
  readonly scalingFactor: number;
}

/** Where a random stream stands, so that the next node draws what diffusers would draw next. */
export interface Generator {
  readonly state: TorchGeneratorState;
}

/** Port type name -> the value which travels along a link of that type. */
export interface PortTypes {
  readonly image: readonly RgbImage[];
  readonly mask: Mask;
  readonly embed: Embed;
  readonly condition: Condition;
  readonly conditioning: Conditioning;
  readonly latent: Latent;
  readonly generator: Generator;
  readonly 'vision-model': VisionModel | AbsentModel;
  readonly 'text-model': TextModel;
  readonly unet: UnetModel;
  readonly vae: VaeModel;
  readonly prior: PriorHandle;
}
