import { tensor } from '@unclip-studio/nodes-unclip';
import { scaleLatents, toUint8Images, unscaleLatents } from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions } from '@unclip-studio/server';
import { CaseChecks, toLevelTolerance } from '../compare.js';
import { openGoldenModel } from '../golden-checkpoint.js';
import type { ParityStage } from '../parity-stage.js';

const sessions = createOrtSessions();

/** TAESD: decoder, encoder, and the scaling of its latents to 0..1. */
export const autoencoderTiny: ParityStage = {
  stage: 'autoencoder_tiny',
  async run(goldenCase, set) {
    const { checkpoint, direction, latent_magnitude: magnitude, latent_shift: shift } = goldenCase.params;
    const checks = new CaseChecks(goldenCase, set);
    if (direction === 'scale') {
      const scale = { magnitude: Number(magnitude), shift: Number(shift) };
      const scaled = scaleLatents(set.inputFloats(goldenCase, 'latents'), scale);
      return checks.output('scaled', scaled).output('unscaled', unscaleLatents(scaled, scale)).result();
    }
    const vae = await openGoldenModel(set, 'vae', `checkpoints/${checkpoint}`);
    if (direction === 'encode') {
      const pixels = tensor(set.input(goldenCase, 'image').dims, set.inputFloats(goldenCase, 'image'));
      const [n = 0, , heightPx = 0, widthPx = 0] = pixels.dims;
      const { moments } = await sessions.run(vae.encoder({ n, heightPx, widthPx }), { pixels });
      return checks.output('latents', moments?.data ?? [], { dims: moments?.dims ?? [] }).result();
    }
    const given = set.input(goldenCase, 'latents');
    // The decoder takes latents as a UNet has them.
    const factor = vae.latents.scalingFactor;
    const latent = tensor(
      given.dims,
      set.inputFloats(goldenCase, 'latents').map((value) => value * factor),
    );
    const [n = 0, , h = 0, w = 0] = latent.dims;
    const { image } = await sessions.run(vae.decoder({ n, h, w }), { latent });
    if (image === undefined) throw new Error('the decoder gives out no image');
    const levels = Uint8Array.from(toUint8Images(image).flatMap(({ data }) => [...data]));
    const { uint8 } = goldenCase.tolerance as { readonly uint8: unknown };
    checks.output('decoded', image.data, { dims: image.dims });
    return checks.levels('image_uint8_nhwc', levels, toLevelTolerance(uint8)).result();
  },
  close: () => sessions.close(),
};
