import { tensor } from '@unclip-studio/nodes-unclip';
import { toUint8Images, toUnitNhwc } from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions } from '@unclip-studio/server';
import { toLevelTolerance } from '../compare.js';
import { compareModules } from '../compare-modules.js';
import { openGoldenCheckpoint } from '../golden-checkpoint.js';
import type { ParityStage } from '../parity-stage.js';

const sessions = createOrtSessions();

/** The VAE's decoder, block by block where the set has the blocks. */
export const vaeDecode: ParityStage = {
  stage: 'vae_decode',
  async run(goldenCase, set) {
    const checkpoint = await openGoldenCheckpoint(set, String(goldenCase.params['checkpoint']));
    const latent = tensor(set.input(goldenCase, 'latents').dims, set.inputFloats(goldenCase, 'latents'));
    const [n = 0, , h = 0, w = 0] = latent.dims;
    const { checks, outputs } = await compareModules(goldenCase, set, {
      inference: sessions,
      feeds: { latent },
      model: (options) => checkpoint.vae.decoder({ n, h, w }, options),
      source,
    });
    // `compareModules` has failed the case already if the model gave no image.
    const { image } = outputs;
    if (image === undefined) return checks.result();
    const unit = toUnitNhwc(image);
    checks.output('image_nhwc', unit.data, { dims: unit.dims });
    const levels = Uint8Array.from(toUint8Images(image).flatMap(({ data }) => [...data]));
    const { uint8 } = goldenCase.tolerance as { readonly uint8: unknown };
    checks.levels('image_uint8_nhwc', levels, toLevelTolerance(uint8));
    return checks.result();
  },
  close: () => sessions.close(),
};

function source(output: string) {
  if (output === 'decoded') return { output: 'image' };
  if (!output.startsWith('hidden.')) return null;
  const name = output.slice('hidden.'.length);
  if (name === 'post_quant_conv') return { module: name };
  const module = name.replace(/^up(\d+)$/, 'up_blocks.$1').replace('mid_attn', 'mid_block.attentions.0');
  return { module: `decoder.${module}` };
}
