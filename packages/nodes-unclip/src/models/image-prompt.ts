import type { Tensor } from '../tensor/tensor.js';

/** What an IP-Adapter made of images: keys and values for the cross attentions of a UNet. */
export interface ImagePrompt {
  readonly adapter: ImagePromptSource;
  /** float32 [n, t, d]: of each cross attention in the order of the adapter's keys its keys, then its values. */
  readonly guided: Tensor;
  /** The same of no image, to stay away from. */
  readonly unguided: Tensor;
}

/** The adapter it comes from, as far as a UNet has to fit it. */
export interface ImagePromptSource {
  readonly name: string;
  readonly identity: string;
  readonly crossAttentionDim: number;
  /** Channels of the cross attentions. */
  readonly attentions: readonly number[];
}

/** An image prompt that steers a UNet. */
export interface AppliedImagePrompt {
  readonly imagePrompt: ImagePrompt;
  /** Times this what attention to the images gives is added to attention to the text. Not 0. */
  readonly scale: number;
  /** In shares of the sampler's calls; a call counts if it is completely inside. */
  readonly span: { readonly from: number; readonly to: number };
}
