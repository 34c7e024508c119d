import { defineNode } from '../define-node.js';

export const loadVision = defineNode({
  type: 'LoadVision',
  version: 1,
  title: 'Load CLIP Vision',
  description: 'Opens a CLIP image encoder from a file of its own, such as the one that IP-Adapter needs.',
  keywords: ['clip vision', 'image encoder', 'ip-adapter'],
  category: 'model',
  inputs: {},
  outputs: { vision: { type: 'vision-model', help: 'Turns images into CLIP embeddings.' } },
  params: {
    file: {
      kind: 'checkpoint',
      model: 'vision',
      default: '',
      help: 'The name of an image encoder in models/clip_vision: a .safetensors file or a transformers folder.',
    },
  },
  async evaluate({ params }, { services }) {
    return { vision: await services.checkpoints.openModel('vision', params.file) };
  },
});
