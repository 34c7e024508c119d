import { type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import { createOrtSessions } from '@unclip-studio/server';
import { compareModules } from '../compare-modules.js';
import { openGoldenCheckpoint } from '../golden-checkpoint.js';
import type { GoldenCase, GoldenSet } from '../golden-set.js';
import type { ParityStage } from '../parity-stage.js';

const sessions = createOrtSessions();

/** One forward pass of the UNet, block by block where the set has the blocks. */
export const unet: ParityStage = {
  stage: 'unet',
  async run(goldenCase, set) {
    const checkpoint = await openGoldenCheckpoint(set, String(goldenCase.params['checkpoint']));
    const sample = read(goldenCase, set, 'sample');
    const text = read(goldenCase, set, 'encoder_hidden_states');
    const [n = 0, , h = 0, w = 0] = sample.dims;
    const t = text.dims[1] ?? 0;
    const { checks } = await compareModules(goldenCase, set, {
      inference: sessions,
      feeds: {
        sample,
        timestep: tensor([1], Float32Array.of(Number(goldenCase.params['timestep']))),
        encoder_hidden_states: text,
        class_labels: read(goldenCase, set, 'class_labels'),
      },
      model: (options) => checkpoint.unet.request({ n, h, w, t }, options),
      source,
    });
    return checks.result();
  },
  close: () => sessions.close(),
};

function read(goldenCase: GoldenCase, set: GoldenSet, name: string): Tensor {
  return tensor(set.input(goldenCase, name).dims, set.inputFloats(goldenCase, name));
}

/** `hidden.down0.attn1` -> `down_blocks.0.attentions.1`; other hidden values have the name of their module. */
function source(output: string) {
  if (output === 'out') return { output: 'out_sample' };
  const module = output
    .replace(/^hidden\./, '')
    .replace(/\b(down|up)(\d+)\b/, '$1_blocks.$2')
    .replace(/\bresnet(\d+)$/, 'resnets.$1')
    .replace(/\battn(\d+)$/, 'attentions.$1');
  return { module };
}
