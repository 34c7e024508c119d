import type { ResultRecord, RunOutput } from '@unclip-studio/graph-core';
import type { Checkpoint } from './checkpoint.js';
import type { RgbImage } from './image/rgb-image.js';
import type { VaeModel } from './model.js';
import type { Formulation } from './onnx/formulations.js';
import type { PriorCheckpoint } from './prior-checkpoint.js';
import type { SamplingStates } from './results/sampling-states.js';
import type { Tensor } from './tensor/tensor.js';

/** An ONNX model as bytes, whose large weights stay where they are on disk. */
export interface BuiltModel {
  /** A serialized ONNX ModelProto. External tensors name plain files inside `weightsFolder`. */
  readonly bytes: Uint8Array;
  /** Absolute path; `null` when the model carries all its weights in `bytes`. */
  readonly weightsFolder: string | null;
  /** What the weights take in memory, mapped or copied; the runtime's own buffers come on top. */
  readonly weightBytes: number;
  /**
   * The weights are best used where they lie in their files, mapped: each is widened to float just before it is needed, and
   * none is packed. Left out, they are copied, widened and packed when the model is loaded.
   */
  readonly staysOnDisk?: boolean;
  /** What a run takes beside the weights, estimated; 0 when left out. */
  readonly workingBytes?: number;
  /** It runs many times on end, so its working memory is worth keeping; that of others is given back after a run. */
  readonly runsOnEnd: boolean;
}

/** A model that inference may or may not have ready; `build` is called only if it has not. */
export interface ModelRequest {
  /** Names graph, weights and shapes: equal keys mean the same model. */
  readonly key: string;
  /** @param formulation how operations are written; that of the CPU when left out */
  build(formulation?: Formulation): BuiltModel;
}

export type Feeds = Readonly<Record<string, Tensor | Tensor<'int64'>>>;

export interface InferenceService {
  /** What loaded models may take together; no limit when left out. */
  readonly memoryBudgetBytes?: number;
  /**
   * @returns the model's outputs by name, float32
   * @throws InferenceError naming the model, with the runtime's own error as cause
   */
  run(model: ModelRequest, feeds: Feeds): Promise<Readonly<Record<string, Tensor>>>;
  /** Told what was done about a lack of memory, for the user. */
  notice?(words: string): void;
  /** Goes on with the next device after `notice(words)`. @returns whether there is one */
  leaveDevice?(words: string): boolean;
}

export interface CheckpointService {
  /** @throws CheckpointError telling which checkpoints there are, or what is wrong with the folder */
  open(name: string): Promise<Checkpoint>;
  /** @throws CheckpointError telling which checkpoints there are, or what is wrong with the folder */
  openPrior(name: string): Promise<PriorCheckpoint>;
}

export interface ImageService {
  /** EXIF orientation applied, then RGB with alpha dropped, palette expanded and gray replicated. */
  load(name: string): Promise<RgbImage>;
  /** How opaque each pixel is, 0..255, one value a pixel, turned as `load` turns it; 255 where nothing is transparent. */
  loadAlpha(name: string): Promise<{ readonly width: number; readonly height: number; readonly data: Uint8Array }>;
}

/** What a picture is saved as; both give back the same pixels. */
export type PictureFormat = 'png' | 'webp';

export interface SaveOptions {
  readonly name: string;
  /** PNG if left out. */
  readonly format?: PictureFormat;
  readonly temporary: boolean;
  /** How the picture came to be, and which of the node's pictures it is; left out, it gets no receipt. */
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
  /** Encodes one picture with workflow and receipt inside, under a free file name made from `name`. */
  save(picture: RgbImage, options: SaveOptions): Promise<RunOutput>;
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
  /** Where sampling leaves how far it has come; left out, an interrupted one starts anew. */
  readonly samplingStates?: SamplingStates;
  /**
   * Told what a VAE made of a latent, so that later previews can be guessed from latents alone.
   *
   * @param latent float32 [n, c, h, w], times the scaling factor
   * @param decoded float32 [n, 3, H, W], -1..1
   */
  learnPreview?(vae: VaeModel, latent: Tensor, decoded: Tensor): void;
}
