import { defineNode } from '../define-node.js';
import { toUint8Images } from '../image/decoded-to-images.js';
import { decodeLatent } from '../sampling/decode-latent.js';
import { bindDims, tensor } from '../tensor/tensor.js';

export const vaeDecode = defineNode({
  type: 'VAEDecode',
  version: 1,
  title: 'VAE Decode',
  description: 'Turns a latent into a picture with the decoder half of the VAE.',
  category: 'sampling',
  inputs: {
    vae: { type: 'vae', help: 'The VAE of the checkpoint that drew the latent.' },
    latent: { type: 'latent', help: 'What the sampler drew.' },
  },
  outputs: { image: { type: 'image', help: 'The pictures.' } },
  params: {
    tiling: {
      kind: 'choice',
      default: 'auto',
      options: ['auto', 'off', 'always'],
      help: 'Decodes in overlapping tiles, which takes less memory and changes colours a little. auto: only where the whole picture would not fit into memory.',
    },
  },
  async evaluate({ inputs, params }, { services, signal }) {
    const { checkpoint } = inputs.vae;
    const { samples } = inputs.latent;
    const { n = 0, h = 0, w = 0 } = bindDims('VAEDecode latent', samples, `n ${checkpoint.latentChannels} h w`);
    const rowLength = samples.data.length / n;
    const pictures = [];
    // One at a time: decoding takes far more memory than sampling, and a batch of them gains no speed.
    for (let i = 0; i < n; i++) {
      signal.throwIfAborted();
      const latent = tensor(
        [1, checkpoint.latentChannels, h, w],
        samples.data.slice(i * rowLength, (i + 1) * rowLength),
      );
      const { inference } = services;
      const image = await decodeLatent(latent, { checkpoint, inference, tiling: params.tiling, signal });
      services.learnPreview?.(checkpoint, latent, image);
      pictures.push(...toUint8Images(image));
    }
    return { image: pictures };
  },
});
