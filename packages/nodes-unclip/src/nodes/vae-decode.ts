import { defineNode } from '../define-node.js';
import { toUint8Images } from '../image/decoded-to-images.js';
import { bindDims } from '../tensor/tensor.js';

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
  params: {},
  async evaluate({ inputs }, { services, signal }) {
    const { checkpoint } = inputs.vae;
    const { samples } = inputs.latent;
    const { n = 0, h = 0, w = 0 } = bindDims('VAEDecode latent', samples, `n ${checkpoint.latentChannels} h w`);
    const rowLength = samples.data.length / n;
    const pictures = [];
    // One at a time: decoding takes far more memory than sampling, and a batch of them gains no speed.
    for (let i = 0; i < n; i++) {
      signal.throwIfAborted();
      const latent = {
        dtype: 'float32',
        dims: [1, checkpoint.latentChannels, h, w],
        data: samples.data.slice(i * rowLength, (i + 1) * rowLength),
      } as const;
      const { image } = await services.inference.run(checkpoint.vaeDecoder({ n: 1, h, w }), { latent });
      if (image === undefined) throw new Error('Internal error: the VAE decoder has no output image');
      services.learnPreview?.(checkpoint, latent, image);
      pictures.push(...toUint8Images(image));
    }
    return { image: pictures };
  },
});
