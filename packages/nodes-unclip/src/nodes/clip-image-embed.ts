import { requireVision } from '../checkpoints/checkpoint.js';
import { defineNode } from '../define-node.js';
import { resizeBicubic } from '../image/pillow-resize.js';
import { preprocessClip } from '../image/preprocess-clip.js';
import { concatRows } from '../tensor/rows.js';

export const clipImageEmbed = defineNode({
  type: 'CLIPImageEmbed',
  version: 1,
  title: 'CLIP Image Embed',
  description: 'Reads what a picture shows and how it looks, as CLIP sees it.',
  category: 'conditioning',
  inputs: {
    vision: { type: 'vision-model', help: 'The image encoder of the checkpoint that will draw.' },
    image: { type: 'image', help: 'One or more pictures; each gives one embedding.' },
  },
  outputs: { embed: { type: 'embed', help: 'One CLIP embedding a picture.' } },
  params: {
    crop: {
      kind: 'choice',
      default: 'centre',
      options: ['centre', 'none'],
      help: 'centre: CLIP sees the square in the middle, as in diffusers. none: all of the picture, squashed to a square.',
    },
  },
  models: ({ inputs: { vision, image } }) => ({
    uses: 'absent' in vision ? [] : [{ model: vision.request(), times: 1, rows: image.rows }],
    extent: { rows: image.rows },
  }),
  async evaluate({ inputs, params }, { services }) {
    const vision = requireVision(inputs.vision);
    const { preprocess } = vision;
    const { shortestEdge: side, exactSize } = preprocess;
    // A checkpoint whose config names both sides squashes by itself.
    const squashes = params.crop === 'none' && exactSize === undefined;
    const seen = squashes ? inputs.image.map((image) => resizeBicubic(image, side, side)) : inputs.image;
    const pixels = seen.map((picture) => preprocessClip(picture, preprocess));
    const feeds = { pixel_values: concatRows('CLIP pixels', pixels) };
    const { image_embeds: rows } = await services.inference.run(vision.request(), feeds);
    if (rows === undefined) throw new Error('Internal error: the image encoder has no output image_embeds');
    return { embed: { rows, space: vision.embeds } };
  },
});
