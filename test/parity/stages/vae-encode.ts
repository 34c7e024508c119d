import { readFileSync } from 'node:fs';
import { tensor } from '@unclip-studio/nodes-unclip';
import { preprocessVae, sampleDistribution, toDistribution } from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, decodeImage } from '@unclip-studio/server';
import { CaseChecks } from '../compare.js';
import { openGoldenCheckpoint } from '../golden-checkpoint.js';
import type { GoldenCase, GoldenSet } from '../golden-set.js';
import type { CaseResult, ParityStage } from '../parity-stage.js';

const sessions = createOrtSessions();

/** The VAE's encoder, the distribution it gives, a draw from it, and the preprocessing of images. */
export const vaeEncode: ParityStage = {
  stage: 'vae_encode',
  async run(goldenCase, set) {
    if (typeof goldenCase.params['image'] === 'string') return comparePixels(goldenCase, set);
    const checkpoint = await openGoldenCheckpoint(set, String(goldenCase.params['checkpoint']));
    const pixels = tensor(set.input(goldenCase, 'image').dims, set.inputFloats(goldenCase, 'image'));
    const [n = 0, , heightPx = 0, widthPx = 0] = pixels.dims;
    const { moments } = await sessions.run(checkpoint.vae.encoder({ n, heightPx, widthPx }), { pixels });
    if (moments === undefined) throw new Error('the VAE encoder gives out no moments');
    const distribution = toDistribution(moments);
    const { mean, logVariance, std } = distribution;
    const sample = sampleDistribution(distribution, set.inputFloats(goldenCase, 'noise'));
    const scale = Math.fround(checkpoint.vae.latents.scalingFactor);
    return new CaseChecks(goldenCase, set)
      .output('mean', mean.data, { dims: mean.dims })
      .output('mode', mean.data, { dims: mean.dims })
      .output('logvar', logVariance.data, { dims: logVariance.dims })
      .output('std', std.data, { dims: std.dims })
      .output('sample', sample.data, { dims: sample.dims })
      .output(
        'sample_scaled',
        sample.data.map((value) => value * scale),
        { dims: sample.dims },
      )
      .result();
  },
  close: () => sessions.close(),
};

async function comparePixels(goldenCase: GoldenCase, set: GoldenSet): Promise<CaseResult> {
  const { image, height, width } = goldenCase.params;
  const source = await decodeImage(readFileSync(set.path(String(image))), String(image));
  const pixels = preprocessVae(source, { height: Number(height), width: Number(width), multipleOf: 8 });
  return new CaseChecks(goldenCase, set).output('image', pixels.data, { dims: pixels.dims }).result();
}
