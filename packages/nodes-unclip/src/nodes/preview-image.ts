import { defineNode } from '../define-node.js';

export const previewImage = defineNode({
  type: 'PreviewImage',
  version: 1,
  title: 'Preview Image',
  description: 'Shows pictures without keeping them.',
  category: 'image',
  inputs: { image: { type: 'image', help: 'The pictures to look at.' } },
  outputs: {},
  params: {},
  sideEffects: true,
  async evaluate({ inputs }, { services, publish, record, signal }) {
    const made = record?.();
    for (const [index, picture] of inputs.image.entries()) {
      signal.throwIfAborted();
      const options = { name: 'preview', temporary: true };
      publish(await services.outputs.save(picture, made ? { ...options, made: { record: made, index } } : options));
    }
    return {};
  },
});
