import { requireVision } from '../checkpoints/checkpoint.js';
import { requireWidth } from '../checkpoints/model-files/image-embeds.js';
import { defineNode } from '../define-node.js';

export const loadEmbed = defineNode({
  type: 'LoadEmbed',
  version: 1,
  title: 'Load Embed',
  description:
    'Loads image embeddings from a file made by Save Embed, diffusers or another program, to use instead of images.',
  keywords: ['image embeds', 'import', 'safetensors', 'npy', 'clip vision output'],
  category: 'conditioning',
  inputs: {
    vision: {
      type: 'vision-model',
      help: 'The image encoder of the checkpoint that generates the image; it is not run.',
    },
  },
  outputs: { embed: { type: 'embed', help: 'One embedding per image.' } },
  params: {
    file: {
      kind: 'checkpoint',
      model: 'image-embeds',
      default: '',
      help: 'The name of a .safetensors or .npy file in models/image_embeds: floats [images, width].',
    },
  },
  async evaluate({ inputs, params }, { services }) {
    const { embeds: space } = requireVision(inputs.vision);
    const file = await services.checkpoints.openModel('image-embeds', params.file);
    requireWidth(file, space);
    return { embed: { rows: file.rows, space } };
  },
});
