import { readFileSync } from 'node:fs';
import { type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import { createUnetPredictor, scalesOf } from '@unclip-studio/nodes-unclip/testing';
import { createCheckpointService, createOrtSessions } from '@unclip-studio/server';
import { afterAll, expect, test } from 'vitest';
import { openSmallCheckpoint } from '../../support/checkpoint-copy.js';
import { controlNetRoot } from '../../support/tiny-controlnet.js';

interface Golden {
  readonly h: number;
  readonly w: number;
  readonly t: number;
  readonly timestep: number;
  readonly atol: number;
  readonly outputs: Readonly<Record<'one' | 'guess' | 'two' | 'pooled', readonly number[]>>;
}

// Golden: see "made" in the file.
const golden = JSON.parse(readFileSync(new URL('../../fixtures/controlnet.json', import.meta.url), 'utf8')) as Golden;

const sessions = createOrtSessions();
afterAll(() => sessions.close());
const { openModel } = createCheckpointService({
  roots: [
    controlNetRoot({
      first: { seed: 1 },
      second: { seed: 2 },
      pooled: { seed: 3, changes: { global_pool_conditions: true } },
    }),
  ],
});

function ramp(dims: readonly number[], { step = 0.7, scale = 1, shift = 0 } = {}): Tensor {
  const length = dims.reduce((product, dim) => product * dim, 1);
  return tensor(
    dims,
    Float32Array.from({ length }, (_, i) => Math.sin(step * i) * scale + shift),
  );
}

const { h, w, t, timestep } = golden;
const hints = [0.3, 0.011].map((step) => ramp([1, 3, 8 * h, 8 * w], { step, scale: 0.5, shift: 0.5 }));
const control = (net: string, strength: number, { hint = 0, isGuess = false } = {}) => ({
  net,
  strength,
  hint,
  isGuess,
});

test.each([
  ['a ControlNet', 'one', [control('first', 0.8)]],
  ['one in guess mode', 'guess', [control('first', 1.2, { isGuess: true })]],
  ['two of them, of which one pushes away', 'two', [control('first', 0.7), control('second', -0.5, { hint: 1 })]],
  ['one that pools globally', 'pooled', [control('pooled', 1, { isGuess: true })]],
] as const)('a UNet with %s predicts what diffusers does', async (_, name, controls) => {
  const { unet } = await openSmallCheckpoint();
  const asked = await Promise.all(
    controls.map(async ({ net: file, strength, hint, isGuess }) => {
      const net = await openModel('controlnet', file);
      return { net, scales: scalesOf({ net, strength, isGuess }), rows: [0], hint: hints[hint] as Tensor };
    }),
  );
  const predicted = await createUnetPredictor(
    unet,
    sessions,
  )({
    ...{ sample: ramp([1, 4, h, w]), timestep, controls: asked },
    guides: {
      encoder_hidden_states: ramp([1, t, unet.config.crossAttentionDim]),
      class_labels: ramp([1, unet.config.classEmbedDim ?? 0]),
    },
  });

  const errors = golden.outputs[name].map((value, i) => Math.abs(value - (predicted.data[i] ?? Number.NaN)));
  expect(Math.max(...errors)).toBeLessThan(golden.atol);
});
