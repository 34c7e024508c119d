import { readFileSync } from 'node:fs';
import { tensor } from '@unclip-studio/nodes-unclip';
import { createOrtSessions } from '@unclip-studio/server';
import { afterAll, expect, test } from 'vitest';
import { CheckpointCopy } from '../../support/checkpoint-copy.js';

interface Golden {
  readonly shapes: Readonly<Record<'sample' | 'encoder_hidden_states' | 'class_labels', readonly number[]>>;
  readonly atol: number;
  readonly outputs: Readonly<Record<'silu' | 'gelu', readonly number[]>>;
}

// Golden: see "made" in the file.
const golden = JSON.parse(
  readFileSync(new URL('../../fixtures/time-embedding-act.json', import.meta.url), 'utf8'),
) as Golden;

const sessions = createOrtSessions();
afterAll(() => sessions.close());

test.each([
  ['silu', 'silu'],
  ['swish', 'silu'],
  ['gelu', 'gelu'],
] as const)('a UNet with time_embedding_act_fn %s predicts what diffusers does', async (name, like) => {
  const copy = new CheckpointCopy();
  copy.editJson('unet/config.json', { time_embedding_act_fn: name });
  const { unet } = await copy.open();
  const ramp = (dims: readonly number[]) =>
    tensor(
      dims,
      Float32Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, (_, i) => Math.sin(0.7 * i)),
    );
  const { sample, encoder_hidden_states, class_labels } = golden.shapes;

  const { out_sample: predicted } = await sessions.run(unet.request({ n: 1, h: 4, w: 4, t: 5 }), {
    sample: ramp(sample),
    timestep: tensor([1], Float32Array.of(301)),
    ...{ encoder_hidden_states: ramp(encoder_hidden_states), class_labels: ramp(class_labels) },
  });

  const errors = golden.outputs[like].map((value, i) => Math.abs(value - (predicted?.data[i] ?? Number.NaN)));
  expect(Math.max(...errors)).toBeLessThan(golden.atol);
});
