import { requireVision } from '../checkpoints/checkpoint.js';
import { defineNode } from '../define-node.js';
import { resizeBicubic } from '../image/pillow-resize.js';
import { preprocessClip } from '../image/preprocess-clip.js';
import { preprocessClipLikeComfyUi } from '../image/preprocess-clip-comfyui.js';
import type { RgbImage } from '../image/rgb-image.js';
import { runOrLeaveDevice } from '../models/inference.js';
import type { VisionModel } from '../models/model.js';
import { concatRows } from '../tensor/rows.js';
import { NUMERICS_PARAM } from './shared-params.js';

export const clipImageEmbed = defineNode({
  type: 'CLIPImageEmbed',
  version: 1,
  title: 'CLIP Image Embed',
  description: 'Encodes what an image shows and how it looks with CLIP (CLIP vision).',
  keywords: ['clip vision', 'clip vision encode', 'image encoder', 'unclip', 'image prompt', 'variation'],
  category: 'conditioning',
  inputs: {
    vision: { type: 'vision-model', help: 'The image encoder of the checkpoint that generates the image.' },
    image: { type: 'image', help: 'One or more images; each gives one embedding.' },
  },
  outputs: { embed: { type: 'embed', help: 'One CLIP embedding per image.' } },
  params: {
    crop: {
      kind: 'choice',
      default: 'centre',
      options: ['centre', 'none'],
      help: 'centre: CLIP sees the square in the middle, as in diffusers. none: the whole image, stretched to a square.',
    },
    numerics: {
      ...NUMERICS_PARAM,
      help: 'comfyui: images are resized as in torch, and the encoder’s weights are rounded to half precision, as in ComfyUI.',
    },
  },
  models: ({ inputs: { vision, image }, params }) => ({
    uses:
      'absent' in vision
        ? []
        : [{ model: vision.request({ halfWeights: params.numerics === 'comfyui' }), times: 1, rows: image.rows }],
    extent: { rows: image.rows },
  }),
  async evaluate({ inputs, params }, { services }) {
    const vision = requireVision(inputs.vision);
    const isComfyUi = params.numerics === 'comfyui';
    const pixels = isComfyUi
      ? inputs.image.map((image) =>
          preprocessClipLikeComfyUi(image, { size: vision.config.imageSize, crops: params.crop !== 'none' }),
        )
      : preprocess(vision, inputs.image, params.crop);
    const feeds = { pixel_values: concatRows('CLIP pixels', pixels) };
    const { image_embeds: rows } = await runOrLeaveDevice(
      services.inference,
      vision.request({ halfWeights: isComfyUi }),
      feeds,
    );
    if (rows === undefined) throw new Error('Internal error: the image encoder has no output image_embeds');
    return { embed: { rows, space: vision.embeds } };
  },
});

function preprocess({ preprocess: config }: VisionModel, images: readonly RgbImage[], crop: 'centre' | 'none') {
  const { shortestEdge: side, exactSize } = config;
  // A checkpoint whose config names both sides squashes by itself.
  const squashes = crop === 'none' && exactSize === undefined;
  const seen = squashes ? images.map((image) => resizeBicubic(image, side, side)) : images;
  return seen.map((image) => preprocessClip(image, config));
}
