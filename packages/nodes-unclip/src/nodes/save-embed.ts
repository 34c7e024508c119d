import { IMAGE_EMBEDS_KEY } from '../checkpoints/model-files/image-embeds.js';
import { defineNode } from '../define-node.js';
import { npyFile } from '../weights/npy.js';
import { safetensorsOf } from '../weights/safetensors.js';

export const saveEmbed = defineNode({
  type: 'SaveEmbed',
  version: 1,
  title: 'Save Embed',
  description: 'Saves image embeddings to a file in models/image_embeds, for Load Embed or diffusers (image_embeds).',
  keywords: ['image embeds', 'export', 'safetensors', 'npy', 'clip vision output'],
  category: 'conditioning',
  inputs: { embed: { type: 'embed', help: 'One embedding per image; all are saved to one file.' } },
  outputs: {},
  params: {
    name: {
      kind: 'text',
      default: 'embed',
      maxLength: 80,
      help: 'The file name; a number is added if it is taken, and no file is overwritten.',
    },
    format: {
      kind: 'choice',
      default: 'safetensors',
      options: ['safetensors', 'npy'],
      help: 'safetensors: the tensor is named image_embeds. npy: as numpy.save writes it. Both are float32 [images, width].',
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
