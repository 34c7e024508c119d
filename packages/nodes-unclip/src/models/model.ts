import type { Reason } from '@unclip-studio/graph-core';
import type { PreprocessConfig } from '../image/preprocess-config.js';
import type { JsonObject } from '../json-object.js';
import type { WeightAdapter } from '../onnx/adapter.js';
import type { WeightSource } from '../onnx/graph-weights.js';
import type { ClipTokenizer } from '../tokenizer/clip-tokenizer.js';
import type { ClipTextOptions } from './clip-text.js';
import type { ClipTextConfig, ClipVisionConfig, VaeConfig } from './configs.js';
import type { AppliedImagePrompt } from './image-prompt.js';
import type { ModelOptions, ModelRequest } from './inference.js';
import type { IpAdapterConfig, IpAdapterShape } from './ip-adapter.js';
import type { LatentPreview } from './latent-preview.js';
import type { RrdbNetConfig } from './rrdbnet.js';
import type { TinyVaeConfig } from './tiny-vae.js';
import type { ControlNetConfig, UnetConfig } from './unet/config.js';
import type { ControlNetPart } from './unet/controlnet.js';
import type { UnetShape } from './unet/down-path.js';
import type { UnetBuildOptions } from './unet/unet.js';
import type { LatentShape } from './vae.js';
import type { ImageShape } from './vae-encoder.js';

/** A network with its weights: what a node knows of it, and how it asks inference for it. Nothing of it is loaded yet. */
interface Model<Config> {
  /** Of the checkpoint it comes from, for messages. */
  readonly name: string;
  /** Changes with config, weights, and everything else that affects the network. */
  readonly identity: string;
  readonly config: Config;
}

/** The latents of one VAE. */
export interface LatentFormat {
  readonly channels: number;
  /** That one cell spans, in both directions. */
  readonly pixelsPerCell: number;
  readonly scalingFactor: number;
  /** It decodes latents of any VAE: TAESD. Latents of others are rescaled to its own scaling factor. */
  readonly takesAnyScale?: true;
  /** Side of the square latent in cells which the UNet was trained for. */
  readonly typicalSide: number;
  /** Identity of the VAE which makes and reads them. */
  readonly vae: string;
  /** A rough decoder for previews; not part of diffusers' folders, so it is mostly missing. */
  readonly preview: LatentPreview | null;
}

/** Statistics of the CLIP embeddings the UNet was trained with; both have `embedDim` values. */
export interface ImageNormalizer {
  readonly mean: Float32Array;
  readonly std: Float32Array;
}

/** The image embeddings that a UNet was trained with. */
export interface EmbedSpace {
  /** Of the checkpoint, for messages and to find it again. */
  readonly name: string;
  /** Of the checkpoint. */
  readonly identity: string;
  /** d of the embeddings. */
  readonly width: number;
  readonly normalizer: ImageNormalizer;
  /** scheduler_config.json of the noise on image embeddings, as parsed. */
  readonly noisingScheduler: JsonObject;
}

/** An addition to the weights of a model, such as a LoRA. */
export interface AppliedAdapter {
  /** Of the file it comes from. */
  readonly identity: string;
  /** 0 adds nothing. */
  readonly strength: number;
  /** By the path of the module; `scale` is for strength 1. */
  readonly weights: ReadonlyMap<string, WeightAdapter>;
}

/** A model to whose weights something can be added. */
interface Adaptable<Self> {
  /** The shape of each weight, by its key. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The same model with an adapter, and another identity; several make the same model in any order. */
  adapt(adapter: AppliedAdapter): Self;
}

/** What the weights of a model are made of. */
export interface WeightOrigin {
  /** Of the weights alone, without additions. */
  readonly identity: string;
  /** Absolute. */
  readonly weightsFolder: string;
  readonly weights: WeightSource;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly applied: readonly AppliedAdapter[];
}

/** One of the models that a sum is made of. */
export interface MergePart<Model> {
  readonly model: Model;
  readonly factor: MergeFactor;
}

/** Of all weights of a model, or one that differs from weight to weight. */
export type MergeFactor = number | VaryingFactor;

export interface VaryingFactor {
  /** Factors of one name are the same. */
  readonly name: string;
  /** @param path of a weight or of its module */
  of(path: string): number;
}

/** A model whose weights can be mixed with those of others. */
interface Mergeable<Self> {
  readonly source: WeightOrigin;
  /**
   * The weighted sum of its weights and those of others; everything else is taken from this model.
   *
   * @param factor of this model
   * @throws CheckpointError for models of another shape
   */
  merge(factor: MergeFactor, others: readonly MergePart<Self>[]): Self;
}

/** How the answers of a UNet are read and which noise levels there are, in place of what its checkpoint says. */
export interface ModelSampling {
  /** `lcm`: as `epsilon`, with the 50 timesteps and the boundary scaling of latent consistency models. */
  readonly predicts: 'epsilon' | 'v_prediction' | 'sample' | 'lcm';
  /** Whether the noisiest level is noise alone. */
  readonly zeroTerminalSnr: boolean;
}

export interface UnetModel extends Model<UnetConfig>, Adaptable<UnetModel>, Mergeable<UnetModel> {
  readonly latents: LatentFormat;
  /** scheduler_config.json of the sampling, as parsed. */
  readonly scheduler: JsonObject;
  readonly sampling?: ModelSampling;
  /** How far guided predictions are brought back to the contrast of unguided ones: 0 not at all, 1 all the way. */
  readonly guidanceRescale?: number;
  /** Cells are redrawn from the step on that their mask says: 1 each by its level alone, below in part as usual as well. */
  readonly differential?: number;
  /** Of a 4x upscaler: scheduler_config.json of the noise on the image that it enlarges. */
  readonly lowRes?: JsonObject;
  /** Its attention was trained with an image embedding where others see text; with text when left out. */
  readonly prompt?: 'image';
  /** `sample`, `timestep` [1], `encoder_hidden_states`, `class_labels` -> `out_sample`; for more see {@link UnetBuildOptions}. */
  request(shape: UnetShape, options?: UnetModelOptions): ModelRequest;
  /** Images that guide it in addition to the text, through IP-Adapters; none when left out. */
  readonly imagePrompts?: readonly AppliedImagePrompt[];
  /** The same model with one more. */
  withImagePrompt(applied: AppliedImagePrompt): UnetModel;
}

/** It knows its image prompts itself. */
export interface UnetModelOptions extends ModelOptions, Omit<UnetBuildOptions, 'imagePrompts'> {}

export interface ControlNetModel extends Model<ControlNetConfig> {
  /** `sample`, `hint`, `scales`, `timestep` [1], `encoder_hidden_states` -> additions to a UNet of the same levels. */
  request(shape: UnetShape, options?: ControlNetOptions): ModelRequest;
}

export interface ControlNetOptions extends ModelOptions {
  /** `whole` when left out. */
  readonly part?: ControlNetPart;
}

export interface VaeModel extends Model<VaeConfig | TinyVaeConfig>, Mergeable<VaeModel> {
  readonly latents: LatentFormat;
  /** What it was made for, if it declares a model other than those here. */
  readonly otherFamily?: string;
  /** What `moments` of the encoder are: a distribution to draw from, or the latents themselves. */
  readonly encodesTo: 'distribution' | 'latents';
  /** `latent`, times the scaling factor -> `image`, about -1..1 and not clamped. */
  decoder(shape: LatentShape, options?: ModelOptions): ModelRequest;
  /**
   * `pixels`, RGB in -1..1 -> `moments`, not times the scaling factor: means and logarithms of variances, or means alone, see
   * `encodesTo`.
   */
  encoder(shape: ImageShape, options?: ModelOptions): ModelRequest;
}

export interface TextModel extends Model<ClipTextConfig>, Adaptable<TextModel>, Mergeable<TextModel> {
  /** Built on first use, which throws CheckpointError if the tokenizer's files do not fit together. */
  readonly tokenizer: ClipTokenizer;
  /** `input_ids` int64 [n, t] -> `last_hidden_state` [n, t, d]. */
  request(options?: TextModelOptions): ModelRequest;
}

export interface TextModelOptions extends ModelOptions, ClipTextOptions {
  /** Its weights lose what half precision does not hold, as ComfyUI loads them; it computes in full. */
  readonly halfWeights?: boolean;
}

export interface VisionModelOptions extends ModelOptions {
  /** As of `TextModelOptions`, but for the norms around the layers and the projection at the end. */
  readonly halfWeights?: boolean;
}

export interface VisionModel extends Model<ClipVisionConfig> {
  readonly preprocess: PreprocessConfig;
  /** The width of its output embeddings. */
  readonly embeds: EmbedSpace;
  /** `pixel_values` [n, 3, S, S] -> `image_embeds` [n, d]; n is free at each run. */
  request(options?: VisionModelOptions): ModelRequest;
}

export interface IpAdapterModel extends Model<IpAdapterConfig> {
  /** `image_embeds` -> `image_prompt`, the keys and values of a UNet's cross attentions; n is free at each run. */
  request(shape: IpAdapterShape, options?: ModelOptions): ModelRequest;
}

export interface UpscalerModel extends Model<RrdbNetConfig> {
  /** How many times as wide and as high its images become. */
  readonly scale: number;
  /** `pixels` [1, 3 u^2, h, w], RGB in 0..1 with u x u pixels of an image in one place -> `image`, not clamped. */
  request(shape: { readonly h: number; readonly w: number }, options?: ModelOptions): ModelRequest;
}

/** Used if a checkpoint has no such model. */
export interface AbsentModel {
  /** Why there is none and what to do, for the node that needs it. */
  readonly absent: string;
  /** The same as data. */
  readonly because?: Reason | undefined;
}
