import type { ResultRecord, RunOutput } from '@unclip-studio/graph-core';
import type { Checkpoint } from './checkpoints/checkpoint.js';
import type { PriorCheckpoint } from './checkpoints/families/karlo.js';
import type { ModelFileKind, OpenedModels } from './checkpoints/model-files/index.js';
import type { RgbImage } from './image/rgb-image.js';
import type { InferenceService } from './models/inference.js';
import type { VaeModel } from './models/model.js';
import type { SamplingStates } from './sampling/sampling-states.js';
import type { Tensor } from './tensor/tensor.js';

// What the interfaces below speak of; who gives nodes their services needs it too.
export type { Checkpoint } from './checkpoints/checkpoint.js';
export type { PriorCheckpoint } from './checkpoints/families/karlo.js';
export type { ModelFileKind, OpenedModels } from './checkpoints/model-files/index.js';
export type { RgbImage } from './image/rgb-image.js';
export type { BuiltModel, Feeds, InferenceService, ModelRequest } from './models/inference.js';
export type { LatentFormat, VaeModel } from './models/model.js';
export type { SamplingStates } from './sampling/sampling-states.js';
export type { Tensor } from './tensor/tensor.js';

export interface CheckpointService {
  /** @throws CheckpointError listing the available checkpoints, or the problem of the folder */
  open(name: string): Promise<Checkpoint>;
  /** @throws CheckpointError listing the available checkpoints, or the problem of the folder */
  openPrior(name: string): Promise<PriorCheckpoint>;
  /**
   * A single model, in its own file or folder.
   *
   * @throws CheckpointError listing the available ones of this kind, or the problem
   */
  openModel<Kind extends ModelFileKind>(kind: Kind, name: string): Promise<OpenedModels[Kind]>;
  /**
   * Keeps a file where {@link openModel} finds it, under a free name made from `name`, unless it is there already.
   *
   * @returns its name @throws CheckpointError if it cannot be written
   */
  saveModel(kind: ModelFileKind, file: NewModelFile): Promise<string>;
}

export interface NewModelFile {
  readonly name: string;
  /** Without a dot. */
  readonly ending: string;
  readonly bytes: Uint8Array;
}

/** Bits of a channel. */
export type BitDepth = 8 | 16;

export interface ImageService {
  /**
   * EXIF orientation applied, then RGB with alpha dropped, palette expanded and gray replicated.
   *
   * @param bitDepth whether all bits of a 16-bit file are kept; 8 when left out
   */
  load(name: string, bitDepth?: BitDepth): Promise<RgbImage>;
  /** How opaque each pixel is, 0..255, one value a pixel, turned as `load` turns it; 255 where nothing is transparent. */
  loadAlpha(name: string): Promise<{ readonly width: number; readonly height: number; readonly data: Uint8Array }>;
}

/** The file format of an image; both are lossless. */
export type SavedImageFormat = 'png' | 'webp';

export interface SaveOptions {
  readonly name: string;
  /** PNG if left out. */
  readonly format?: SavedImageFormat;
  readonly temporary: boolean;
  /** How the image came to be, and which of the node's images it is; left out, it gets no receipt. */
  readonly made?: { readonly record: ResultRecord; readonly index: number };
}

export interface AnimationOptions {
  readonly name: string;
  /** Frames a second. */
  readonly fps: number;
  /** It begins again at its end, for ever. */
  readonly loops: boolean;
  /** 1 to 100; without loss when left out. */
  readonly quality?: number;
  /** How the frames came to be; left out, the file gets no receipt. */
  readonly made?: { readonly record: ResultRecord };
}

export interface OutputService {
  /** Encodes one image with workflow and receipt inside, under a free file name made from `name`. */
  save(image: RgbImage, options: SaveOptions): Promise<RunOutput>;
  /**
   * Encodes frames as one animated WebP, which carries workflow and receipt too.
   *
   * @param frames at least one, all of one size
   */
  saveAnimation(frames: readonly RgbImage[], options: AnimationOptions): Promise<RunOutput>;
}

/** All that the nodes need from the machine they run on. */
export interface UnclipServices {
  readonly inference: InferenceService;
  readonly checkpoints: CheckpointService;
  readonly images: ImageService;
  readonly outputs: OutputService;
  /** Where sampling saves its progress; without it, interrupted sampling starts over. */
  readonly samplingStates?: SamplingStates;
  /**
   * Told what a VAE made of a latent, so that later previews can be guessed from latents alone.
   *
   * @param latent float32 [n, c, h, w], times the scaling factor
   * @param decoded float32 [n, 3, H, W], -1..1
   */
  learnPreview?(vae: VaeModel, latent: Tensor, decoded: Tensor): void;
}
