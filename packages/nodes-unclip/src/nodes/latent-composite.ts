import { defineNode } from '../define-node.js';
import { pasteLatent } from '../sampling/transform-latent.js';
import { latentLengthParam, PIXELS_PER_CELL } from './shared-params.js';

export const latentComposite = defineNode({
  type: 'LatentComposite',
  version: 1,
  title: 'Composite Latents',
  description: 'Pastes one latent image into another.',
  category: 'sampling',
  inputs: {
    to: { type: 'latent', help: 'The latent image to paste into.' },
    from: { type: 'latent', help: 'The latent image to paste, of the same VAE.' },
  },
  outputs: { latent: { type: 'latent', help: 'The composited latent image.' } },
  params: {
    left: latentLengthParam('Distance from the left edge'),
    top: latentLengthParam('Distance from the top edge'),
    feather: latentLengthParam('Width of the fade at its edges'),
  },
  models: ({ inputs: { to } }) => ({ uses: [], extent: to }),
  async evaluate({ inputs: { to, from }, params: { left, top, feather } }) {
    const cells = (px: number) => px / PIXELS_PER_CELL;
    const pasting = { left: cells(left), top: cells(top), feather: cells(feather) };
    return { latent: { ...to, samples: pasteLatent(to.samples, from.samples, pasting) } };
  },
});
