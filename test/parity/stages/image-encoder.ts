import { tensor } from '@unclip-studio/nodes-unclip';
import { createOrtSessions } from '@unclip-studio/server';
import { compareModules } from '../compare-modules.js';
import { openGoldenCheckpoint } from '../golden-checkpoint.js';
import type { ParityStage } from '../parity-stage.js';

const sessions = createOrtSessions();

/** The CLIP image tower, from pixels to embedding, layer by layer. */
export const imageEncoder: ParityStage = {
  stage: 'image_encoder',
  async run(goldenCase, set) {
    const checkpoint = await openGoldenCheckpoint(set, String(goldenCase.params['checkpoint']));
    const { dims } = set.input(goldenCase, 'pixel_values');
    const pixels = tensor(dims, set.inputFloats(goldenCase, 'pixel_values'));
    const { checks } = await compareModules(goldenCase, set, {
      inference: sessions,
      feeds: { pixel_values: pixels },
      model: (options) => checkpoint.vision.request(options),
      source,
    });
    return checks.result();
  },
  close: () => sessions.close(),
};

function source(output: string) {
  if (output === 'image_embeds') return { output };
  if (output === 'last_hidden_state') return { module: 'vision_model' };
  const [, layer] = /^layer(\d+)$/.exec(output) ?? [];
  return { module: `vision_model.${layer === undefined ? output : `encoder.layers.${layer}`}` };
}
