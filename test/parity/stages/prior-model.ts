import { tensor } from '@unclip-studio/nodes-unclip';
import { unscaleEmbeds } from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions } from '@unclip-studio/server';
import { CaseChecks } from '../compare.js';
import { openGoldenPrior } from '../golden-checkpoint.js';
import type { ParityStage } from '../parity-stage.js';

const sessions = createOrtSessions();

/** One pass of the prior, and what brings its result to CLIP's scale. */
export const priorModel: ParityStage = {
  stage: 'prior_model',
  async run(goldenCase, set) {
    const checkpoint = await openGoldenPrior(set, String(goldenCase.params['checkpoint']));
    const read = (name: string) => {
      const { dims, data } = set.input(goldenCase, name);
      return tensor(dims, Float32Array.from(data as ArrayLike<number | bigint>, Number));
    };
    const hidden = read('hidden_states');
    const { predicted_image_embedding: predicted } = await sessions.run(
      checkpoint.priorModel({ n: hidden.dims[0] ?? 0 }),
      {
        hidden_states: hidden,
        timestep: tensor([1], Float32Array.of(Number(goldenCase.params['timestep']))),
        proj_embedding: read('proj_embedding'),
        encoder_hidden_states: read('encoder_hidden_states'),
        attention_mask: read('attention_mask'),
      },
    );
    if (predicted === undefined) throw new Error('the prior gives out no embedding');
    return new CaseChecks(goldenCase, set)
      .output('predicted_image_embedding', predicted.data, { dims: predicted.dims })
      .output('post_processed', unscaleEmbeds(predicted, checkpoint.statistics).data)
      .result();
  },
  close: () => sessions.close(),
};
