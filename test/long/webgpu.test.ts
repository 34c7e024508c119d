import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { DeviceParity } from '../support/compare-device.js';
import { lavapipe } from '../support/lavapipe.js';
import { softwareVulkan } from '../support/software-vulkan.js';
import { supportProcess } from '../support/support-process.js';

const SCRIPT = supportProcess('device-parity');
// float32 sums in another order; UNets were 4e-5 off, everything else below 2e-6.
const TOLERANCE = 2e-4;

test('half precision that a device does not know is refused in its own words', async () => {
  const tried = promisify(execFile)(process.execPath, [SCRIPT, 'webgpu:float16'], {
    env: { ...process.env, ...softwareVulkan() },
    maxBuffer: 2 ** 24,
  });

  await expect(tried).rejects.toThrow(/it cannot be used here in float16: .*f16/);
}, 600_000);

test('SwiftShader gives the numbers of the CPU, in every model of every small checkpoint, and leaves nothing to it', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, 'webgpu'], {
    env: { ...process.env, ...softwareVulkan() },
    maxBuffer: 2 ** 24,
  });

  const { formulation, words, stages, notices } = JSON.parse(stdout) as DeviceParity;
  // The software driver's MultiHeadAttention is wrong, which the self-test has to find.
  expect([formulation, notices]).toEqual(['webgpu', []]);
  expect(words).toBe('webgpu, as asked for');
  expect(new Set(stages.map(({ stage }) => stage)).size).toBe(7);
  expect(new Set(stages.map(({ checkpoint }) => checkpoint)).size).toBe(4);
  expect(stages.filter(({ difference }) => !(difference <= TOLERANCE))).toEqual([]);
}, 600_000);

test.each([
  // Sums in another order.
  ['webgpu', 'webgpu', 2e-5],
  // Values and sums in half precision: up to 1.3e-2 in the UNet of the bundled model.
  ['webgpu:float16', 'half', 2e-2],
])(
  'Mesa’s software Vulkan gives the numbers of the CPU for %s, after its wrong attention was found',
  async (device, way, most) => {
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, device], {
      env: { ...process.env, ...lavapipe() },
      maxBuffer: 2 ** 24,
    });

    const { formulation, stages, notices } = JSON.parse(stdout) as DeviceParity;
    expect([formulation, notices]).toEqual([way, []]);
    expect(new Set(stages.map(({ stage }) => stage)).size).toBe(7);
    expect(stages.filter(({ difference }) => !(difference <= most))).toEqual([]);
  },
  600_000,
);
