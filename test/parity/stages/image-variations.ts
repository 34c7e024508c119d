import { readFileSync } from 'node:fs';
import { type Embed, type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import { clipImageEmbed, concatRows, imageConditioning, preprocessClip } from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, decodeImage } from '@unclip-studio/server';
import { CaseChecks } from '../compare.js';
import { openGoldenCheckpoint } from '../golden-checkpoint.js';
import type { ParityStage } from '../parity-stage.js';
import { PipelineRecorder, withDefaults } from '../pipeline-recorder.js';
import { runPlainPipeline } from '../plain-pipeline.js';

const sessions = createOrtSessions();

/** StableDiffusionImageVariationPipeline. */
export const imageVariations: ParityStage = {
  stage: 'image_variations',
  async run(goldenCase, set) {
    const { vision, unet, vae } = await openGoldenCheckpoint(set, String(goldenCase.params['checkpoint']));
    const names = [goldenCase.params['image']].flat().map(String);
    const image = await Promise.all(names.map((name) => decodeImage(readFileSync(set.path(name)), name)));
    const { context } = new PipelineRecorder(goldenCase, set, sessions);
    const { embed } = (await clipImageEmbed.evaluate(
      { inputs: { vision, image }, params: withDefaults(clipImageEmbed, {}) },
      context,
    )) as unknown as { readonly embed: Embed };
    const { conditioning } = await imageConditioning.evaluate({ inputs: { embed }, params: {} }, context);
    const pixels = concatRows(
      'pixels',
      image.map((one) => preprocessClip(one, vision.preprocess)),
    );
    return runPlainPipeline(
      { goldenCase, set, inference: sessions },
      {
        ...{ unet, vae, made: { pixel_values: pixels, image_embeds: embed.rows } },
        prompt: conditioning as { readonly positive: Tensor; readonly negative: Tensor },
      },
    );
  },
  close: () => sessions.close(),
};

/** Its UNet alone. */
export const imageVariationsUnet: ParityStage = {
  stage: 'image_variations_unet',
  async run(goldenCase, set) {
    const { unet } = await openGoldenCheckpoint(set, String(goldenCase.params['checkpoint']));
    const input = (name: string) => tensor(set.input(goldenCase, name).dims, set.inputFloats(goldenCase, name));
    const [sample, states] = [input('sample'), input('encoder_hidden_states')];
    const [n = 0, , h = 0, w = 0] = sample.dims;
    const { out_sample: predicted } = await sessions.run(unet.request({ n, h, w, t: states.dims[1] ?? 0 }), {
      sample,
      timestep: tensor([1], Float32Array.of(Number(goldenCase.params['timestep']))),
      encoder_hidden_states: states,
    });
    return new CaseChecks(goldenCase, set)
      .output('unet_out', predicted?.data ?? [], { dims: predicted?.dims ?? [] })
      .result();
  },
  close: () => sessions.close(),
};
