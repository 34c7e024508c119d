import { defineNode } from 'unclip-studio/nodes';

const sharpen = defineNode({
  type: 'SharpenModel',
  version: 1,
  title: 'Sharpen by a model',
  description: 'Runs each image through models/sharpen.onnx, which make-model.mjs wrote.',
  keywords: ['onnx', 'sharpen', 'filter'],
  category: 'image',
  pure: true,
  inputs: { image: { type: 'image', help: 'The images to sharpen.' } },
  outputs: { image: { type: 'image', help: 'The sharpened images.' } },
  params: {
    amount: {
      kind: 'number',
      default: 0.5,
      min: 0,
      max: 1,
      step: 0.05,
      help: 'How much of the sharpened image is mixed in.',
    },
  },
  async evaluate({ inputs, params }, { services, progress }) {
    const { bulk, onnx } = services;
    const image = [];
    for (const { width, height, data } of inputs.image) {
      // Rows of pixels, as [height, width, 3]; the model puts the channels first itself.
      const pixels = bulk.toFloats(data);
      const feeds = { pixels: { dtype: 'float32' as const, dims: [1, height, width, 3], data: pixels } };
      const { sharpened } = await onnx.run('models/sharpen.onnx', feeds);
      if (sharpened === undefined) throw new Error('the model has no output "sharpened"');
      const mixed = bulk.combine(sharpened.data, { a: params.amount, b: 1 - params.amount }, pixels);
      image.push({ width, height, data: bulk.toBytes(mixed) });
      progress(image.length, inputs.image.length);
    }
    return { image };
  },
});

export const nodes = [sharpen];
