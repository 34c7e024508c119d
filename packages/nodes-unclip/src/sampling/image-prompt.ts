import { withReason } from '@unclip-studio/graph-core';
import { preprocessClip } from '../image/preprocess-clip.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { ImagePrompt } from '../models/image-prompt.js';
import { type InferenceService, type ModelRequest, runOrLeaveDevice } from '../models/inference.js';
import type { AbsentModel, IpAdapterModel, VisionModel } from '../models/model.js';
import type { Embed } from '../port-types/embed.js';
import { concatRows, repeatRows } from '../tensor/rows.js';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';
import { SamplingInputError } from './start-from-latent.js';

/** What an IP-Adapter reads: embeddings float32 [k, d], of a plus adapter [k, t, d], or images. */
export type SeenImages =
  | { readonly embeds: Tensor }
  | { readonly images: readonly RgbImage[]; readonly vision: VisionModel };

/**
 * Makes an image prompt from images. The tokens of several are concatenated.
 *
 * The negative is, for an adapter that reads embeddings, an embedding of zeros; for a plus adapter the image encoder's
 * output for zero pixels.
 *
 * @throws SamplingInputError if the image encoder does not belong to the adapter
 * @see diffusers 0.42.1, pipeline_stable_diffusion.py, encode_image and prepare_ip_adapter_image_embeds
 */
export async function encodeForIpAdapter(
  adapter: IpAdapterModel,
  seen: SeenImages,
  inference: InferenceService,
): Promise<ImagePrompt> {
  const rows = 'embeds' in seen ? withZeros(seen.embeds) : await look(adapter, seen, inference);
  const [count = 1, ...rest] = rows.dims;
  const request = adapter.request({ imageTokens: rest.length === 1 ? 1 : (rest[0] ?? 1) });
  const { image_prompt: made } = await runOrLeaveDevice(inference, request, { image_embeds: rows });
  if (made === undefined) throw new Error('Internal error: the IP-Adapter has no output image_prompt');
  const { t = 0, d = 0 } = bindDims('image prompt', made, `${count} t d`);
  const images = count - 1;
  const joined = (all: Tensor) => tensor([1, images * t, d], all.data);
  const ofNothing = tensor([1, t, d], made.data.slice(images * t * d));
  const { name, identity, config } = adapter;
  return {
    adapter: { name, identity, crossAttentionDim: config.crossAttentionDim, attentions: config.attentions },
    guided: joined(tensor([images, t, d], made.data.slice(0, images * t * d))),
    // As many tokens, so that both halves go through the UNet together.
    unguided: joined(repeatRows(ofNothing, images)),
  };
}

/** The last row is for no image. */
async function look(
  adapter: IpAdapterModel,
  { images, vision }: { readonly images: readonly RgbImage[]; readonly vision: VisionModel },
  inference: InferenceService,
): Promise<Tensor> {
  requireVisionFits(adapter, vision);
  const pixels = concatRows(
    'IP-Adapter pixels',
    images.map((image) => preprocessClip(image, vision.preprocess)),
  );
  const readsTokens = adapter.config.resampler !== null;
  const feeds = { pixel_values: readsTokens ? withZeros(pixels) : pixels };
  const outputs = await runOrLeaveDevice(inference, visionRequestFor(adapter, vision), feeds);
  const found = outputs[readsTokens ? penultimateLayer(vision) : 'image_embeds'];
  if (found === undefined) throw new Error('Internal error: the image encoder lacks an output');
  return readsTokens ? found : withZeros(found);
}

/** A row of zeros behind all others. */
function withZeros({ dims: [n = 0, ...rest], data }: Tensor): Tensor {
  const all = new Float32Array(data.length + data.length / n);
  all.set(data);
  return tensor([n + 1, ...rest], all);
}

/** A plus adapter sees the tokens of the last layer but one, others the embedding. */
export function visionRequestFor({ config }: IpAdapterModel, vision: VisionModel): ModelRequest {
  return config.resampler === null ? vision.request() : vision.request({ moduleResults: [penultimateLayer(vision)] });
}

function penultimateLayer({ config }: VisionModel): string {
  const { numHiddenLayers: layers } = config;
  return layers < 2 ? 'vision_model.pre_layrnorm' : `vision_model.encoder.layers.${layers - 2}`;
}

/** How many tokens of an image the adapter reads; 1 is the embedding. */
export function imageTokensOf({ config }: IpAdapterModel, vision: VisionModel | AbsentModel | undefined): number {
  return config.resampler === null || vision === undefined || 'absent' in vision ? 1 : vision.config.numPositions;
}

/** @throws SamplingInputError */
export function requireEmbedFits({ name, config }: IpAdapterModel, { rows }: Embed): void {
  if (config.resampler !== null) {
    throw withReason(
      new SamplingInputError(
        `IP-Adapter Encode: "${name}" is a plus adapter, which reads images directly and accepts no embeddings. Connect an image.`,
      ),
      { code: 'model-cannot', model: name, what: 'take-embeds' },
    );
  }
  const [, width = 0] = rows.dims;
  if (width !== config.imageWidth)
    throw unfit(name, `takes embeddings of ${namedWidth(EMBEDS, config.imageWidth)}`, width);
}

/** @throws SamplingInputError */
function requireVisionFits({ name, config }: IpAdapterModel, vision: VisionModel): void {
  const [what, widths, width] =
    config.resampler === null
      ? ['embeddings', EMBEDS, vision.config.projectionDim]
      : ['image tokens', TOKENS, vision.config.hiddenSize];
  if (width === config.imageWidth) return;
  throw unfit(name, `takes ${what} of ${namedWidth(widths as typeof EMBEDS, config.imageWidth)}`, width as number);
}

function unfit(name: string, takes: string, got: number): SamplingInputError {
  return withReason(
    new SamplingInputError(
      `IP-Adapter Encode: "${name}" ${takes}, and these are of ${got}. Connect the image encoder that the adapter was trained ` +
        'with, by Load CLIP Vision; for most that is models/image_encoder of h94/IP-Adapter.',
    ),
    { code: 'made-for-other-model', kind: 'image-encoder', model: name },
  );
}

/** Whose embeddings have a width, and whose tokens. */
const EMBEDS: Readonly<Record<number, string>> = { 768: 'CLIP ViT-L', 1024: 'CLIP ViT-H', 1280: 'CLIP ViT-bigG' };
const TOKENS: Readonly<Record<number, string>> = { 1024: 'CLIP ViT-L', 1280: 'CLIP ViT-H', 1664: 'CLIP ViT-bigG' };

function namedWidth(encoders: Readonly<Record<number, string>>, width: number): string {
  const encoder = encoders[width];
  return encoder === undefined ? `${width} values` : `${width} values (${encoder})`;
}
