import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDeviceChecks, type DeviceCheck, FORMULATIONS } from '@unclip-studio/nodes-unclip';
import { attentionCheck } from '@unclip-studio/nodes-unclip/testing';
import { DEVICES } from '../../../packages/server/dist/services/devices/device.js';
import { runCheck } from '../../../packages/server/dist/services/devices/self-test.js';
import { loadOnnxRuntime } from '../../../packages/server/dist/services/onnx-runtime.js';
import type { Check } from '../check-table.js';
import { deviceNamed, differenceOf, shortError, wayNamed, waysOn } from '../ways.js';

/** Attention as in real checkpoints, in addition to the shapes of the self-test. */
const SHAPES = {
  'attention to a prompt': { n: 2, heads: 5, headDim: 64, queries: 64, keys: 77 },
  'attention of a map to itself': { n: 1, heads: 5, headDim: 64, queries: 1024, keys: 1024 },
  'attention of a VAE': { n: 1, heads: 1, headDim: 512, queries: 64, keys: 64 },
  'attention of ViT-H': { n: 1, heads: 4, headDim: 80, queries: 257, keys: 257 },
  'attention of one query': { n: 2, heads: 2, headDim: 16, queries: 1, keys: 77 },
  'attention of a text encoder': { n: 1, heads: 4, headDim: 64, queries: 77, keys: 77, isCausal: true },
} as const;

const ROUNDS = 5;

/** Single operations in every way of writing them, against the CPU: how far off, and the milliseconds a run takes. */
export const checkOperations: Check = async ({ device = '', ways }, report) => {
  const { provider } = DEVICES[deviceNamed(device)];
  const { checks, work, weights, weightsFile } = createDeviceChecks(
    Object.entries(SHAPES).map(([what, shape]) => attentionCheck(what, shape)),
  );
  const folder = await mkdtemp(join(tmpdir(), 'unclip-gpu-check-'));
  try {
    await writeFile(join(folder, weightsFile), new Uint8Array(weights.buffer));
    const runtime = loadOnnxRuntime();
    const run = (on: string, check: DeviceCheck, way: string) =>
      runCheck(on, check, { runtime, folder, formulation: wayNamed(way), rounds: ROUNDS });
    for (const check of [...checks, work]) {
      const right = await run('cpu', check, FORMULATIONS.cpu.name);
      for (const way of waysOn(device, ways)) {
        try {
          const { values, ms } = await run(provider, check, way);
          const differences = values.map((found, i) => differenceOf(found, right.values[i] ?? []));
          const worst = differences.reduce((most, one) => (one.ofLargest > most.ofLargest ? one : most));
          report({ device, way, what: check.what, ...worst, ms: Number(ms.toFixed(2)) });
        } catch (error) {
          report({ device, way, what: check.what, error: shortError(error) });
        }
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
