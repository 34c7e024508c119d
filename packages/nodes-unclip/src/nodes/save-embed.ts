import { IMAGE_EMBEDS_KEY } from '../checkpoints/model-files/image-embeds.js';
import { defineNode } from '../define-node.js';
import { npyFile } from '../weights/npy.js';
import { safetensorsOf } from '../weights/safetensors.js';

export const saveEmbed = defineNode({
  type: 'SaveEmbed',
  version: 1,
  title: 'Save Embed',
  description:
    'Keeps image embeddings in a file in models/image_embeds, from where Load Embed or diffusers (image_embeds) reads them again.',
  keywords: ['image embeds', 'export', 'safetensors', 'npy', 'clip vision output'],
  category: 'conditioning',
  inputs: { embed: { type: 'embed', help: 'One embedding an image; all go into one file.' } },
  outputs: {},
  params: {
    name: {
      kind: 'text',
      default: 'embed',
      maxLength: 80,
      help: 'What the file is called; a number is added if another one has this name, and no file is ever replaced.',
    },
    format: {
      kind: 'choice',
      default: 'safetensors',
      options: ['safetensors', 'npy'],
      help: 'safetensors: the tensor is called image_embeds. npy: as numpy.save writes it. Both are float32 [images, width].',
    },
  },
  sideEffects: true,
  async evaluate({ inputs, params }, { services }) {
    const { rows, space } = inputs.embed;
    const bytes =
      params.format === 'npy' ? npyFile(rows) : safetensorsOf(IMAGE_EMBEDS_KEY, rows, { checkpoint: space.name });
    await services.checkpoints.saveModel('image-embeds', { name: params.name, ending: params.format, bytes });
    return {};
  },
});
