import { defineNode } from '../define-node.js';
import { preprocessVae } from '../image/preprocess-vae.js';
import { TorchGenerator } from '../random/torch-generator.js';
import { sampleDistribution, toDistribution } from '../sampling/latent-distribution.js';
import { concatRows } from '../tensor/rows.js';
import { tensor } from '../tensor/tensor.js';

export const vaeEncode = defineNode({
  type: 'VAEEncode',
  version: 1,
  title: 'VAE Encode',
  description: 'Turns pictures of one size into a latent, to draw on from there.',
  category: 'sampling',
  inputs: {
    vae: { type: 'vae', help: 'The VAE of the checkpoint that will draw.' },
    image: { type: 'image', help: 'The pictures; sides are cut down to a multiple of 8 px by a resize.' },
    generator: {
      type: 'generator',
      optional: true,
      help: 'The random stream to draw from; without it the seed starts one.',
    },
  },
  outputs: {
    latent: { type: 'latent', help: 'The pictures in the VAE’s small form.' },
    generator: { type: 'generator', help: 'The random stream after the draw.' },
  },
  params: {
    sampled: {
      kind: 'boolean',
      default: true,
      help: 'Draws the latent from what the VAE thinks possible, as diffusers does; off takes the likeliest one.',
    },
    seed: { kind: 'seed', default: 0, help: 'Starts the random stream when no generator is connected.' },
  },
  async evaluate({ inputs, params }, { services, signal }) {
    const { checkpoint } = inputs.vae;
    const generator = inputs.generator
      ? TorchGenerator.fromState(inputs.generator.state)
      : new TorchGenerator(params.seed);
    const moments = [];
    for (const picture of inputs.image) {
      signal.throwIfAborted();
      const pixels = preprocessVae(picture, { multipleOf: checkpoint.pixelsPerLatent });
      const [, , heightPx = 0, widthPx = 0] = pixels.dims;
      const model = checkpoint.vaeEncoder({ n: 1, heightPx, widthPx });
      const { moments: found } = await services.inference.run(model, { pixels });
      if (found === undefined) throw new Error('Internal error: the VAE encoder has no output moments');
      moments.push(found);
    }
    const distribution = toDistribution(concatRows('VAEEncode pictures', moments));
    const { mean } = distribution;
    // One draw for all pictures, as diffusers does for a batch.
    const latent = params.sampled ? sampleDistribution(distribution, generator.randn(mean.data.length)) : mean;
    const { scalingFactor } = checkpoint.vae;
    const samples = tensor(
      latent.dims,
      latent.data.map((value) => value * Math.fround(scalingFactor)),
    );
    return { latent: { samples }, generator: { state: generator.state() } };
  },
});
