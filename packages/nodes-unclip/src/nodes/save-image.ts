import { defineNode } from '../define-node.js';

export const saveImage = defineNode({
  type: 'SaveImage',
  version: 1,
  title: 'Save Image',
  description: 'Keeps pictures as PNG files which carry the workflow that made them.',
  category: 'image',
  inputs: { image: { type: 'image', help: 'The pictures to keep.' } },
  outputs: {},
  params: {
    name: {
      kind: 'text',
      default: 'picture',
      maxLength: 80,
      help: 'What the files are called; a number is added, and no file is ever replaced.',
    },
  },
  sideEffects: true,
  async evaluate({ inputs, params }, { services, publish, signal }) {
    for (const picture of inputs.image) {
      signal.throwIfAborted();
      publish(await services.outputs.save(picture, { name: params.name, temporary: false }));
    }
    return {};
  },
});
