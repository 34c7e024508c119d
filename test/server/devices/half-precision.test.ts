import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FORMULATIONS } from '@unclip-studio/nodes-unclip';
import { arithmeticOfLabel, CPU, deviceLabel } from '@unclip-studio/server';
import { describe, expect, test } from 'vitest';
import { compareDevice } from '../../support/compare-device.js';
import { IS_LONG_SUITE } from '../../support/long-suite.js';

// Half precision has 11 bits; UNets were up to 3e-3 off, everything else up to 2.5e-3.
const TOLERANCE = 1e-2;

// The long suite has the bundled checkpoint and those of other sizes, too.
const GOLDEN = fileURLToPath(new URL('../../golden/checkpoints/', import.meta.url));
const SMALLEST = {
  checkpoints: { 'tiny-unclip-l': join(GOLDEN, 'tiny-unclip-l') },
  priors: { 'tiny-karlo-prior': join(GOLDEN, 'tiny-karlo-prior') },
};

describe('computed in half precision, here by the CPU,', () => {
  test('every kind of model gives the numbers of float32, as far as that goes', async () => {
    const device = { ...CPU, name: 'cuda', formulation: FORMULATIONS.half } as const;

    const { stages, notices } = await compareDevice(device, IS_LONG_SUITE ? undefined : SMALLEST);

    expect(notices).toEqual([]);
    expect(new Set(stages.map(({ stage }) => stage)).size).toBe(7);
    expect(stages.filter(({ difference }) => !(difference <= TOLERANCE))).toEqual([]);
    // It is not float32 under another name.
    expect(stages.filter(({ difference }) => difference < 1e-5)).toEqual([]);
  }, 120_000);
});

test('a receipt says that it was half precision', () => {
  const half = { ...CPU, name: 'webgpu', formulation: FORMULATIONS.half } as const;

  expect(deviceLabel(half, half)).toBe('webgpu float16');
  expect(deviceLabel(half, CPU)).toBe('webgpu float16, then cpu');
  expect(arithmeticOfLabel('webgpu float16, then cpu')).toBe('webgpu float16');
});
