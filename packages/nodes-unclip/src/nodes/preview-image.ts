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
  async evaluate({ inputs }, { services, publish, signal }) {
    for (const picture of inputs.image) {
      signal.throwIfAborted();
      publish(await services.outputs.save(picture, { name: 'preview', temporary: true }));
    }
    return {};
  },
});
