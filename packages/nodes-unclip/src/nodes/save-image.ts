import { defineNode } from '../define-node.js';

export const saveImage = defineNode({
  type: 'SaveImage',
  version: 1,
  title: 'Save Image',
  description: 'Keeps pictures as files which carry the workflow that made them.',
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
    format: {
      kind: 'choice',
      default: 'png',
      options: ['png', 'webp'],
      help: 'png, or webp without loss: the same pixels in a smaller file.',
    },
  },
  sideEffects: true,
  async evaluate({ inputs, params }, { services, publish, record, signal }) {
    const made = record?.();
    for (const [index, picture] of inputs.image.entries()) {
      signal.throwIfAborted();
      const options = { name: params.name, format: params.format, temporary: false };
      publish(await services.outputs.save(picture, made ? { ...options, made: { record: made, index } } : options));
    }
    return {};
  },
});
