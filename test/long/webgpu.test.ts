import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { DevicesReport } from '@unclip-studio/protocol';
import { describe, expect, test } from 'vitest';
import type { DeviceParity } from '../support/compare-device.js';
import { lavapipe } from '../support/lavapipe.js';
import type { SmallDeviceRun } from '../support/small-device.js';
import { smallMemoryDriver } from '../support/small-memory-driver.js';
import { softwareVulkan } from '../support/software-vulkan.js';
import { supportProcess } from '../support/support-process.js';
import { tempFolder } from '../support/temp-folder.js';
import { unclipProcess } from '../support/unclip.js';

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

describe('of two Vulkan drivers', () => {
  // Of these only Mesa's supports half precision.
  function bothDrivers(): Readonly<Record<string, string>> {
    const drivers = `${softwareVulkan()['VK_ICD_FILENAMES']}:${lavapipe()['VK_DRIVER_FILES']}`;
    return {
      ...lavapipe(),
      ...{ VK_ICD_FILENAMES: drivers, VK_DRIVER_FILES: drivers },
      ...{ HOME: tempFolder(), UNCLIP_CACHE_DIR: tempFolder() },
    };
  }

  function runOn(device: string, env: Readonly<Record<string, string>>) {
    const settings = ['sample.steps=1', 'sample.count=1'].flatMap((setting) => ['--set', setting]);
    const out = tempFolder();
    return unclipProcess(
      ['run', 'workflows/image-variations.json', '--no-cache', '--device', device, '--out', out, ...settings],
      { env },
    );
  }

  test('--device selects one, in the test of the device and in the run', async () => {
    const env = bothDrivers();
    const [first, second, third] = [
      await runOn('webgpu:0:float16', env),
      await runOn('webgpu:1:float16', env),
      await runOn('webgpu:2', env),
    ];

    expect([first.code, second.code, third.code]).toEqual([2, 0, 2]);
    expect(first.stderr).toMatch(/it cannot be used here in float16: .*f16/s);
    expect(third.stderr).toContain('there are 2 drivers of Vulkan: ');
    // Had the run taken the other driver, it would have continued on the CPU.
    const exact = await runOn('cpu', env);
    const { stdout } = await unclipProcess(['explain', second.stdout.trim(), exact.stdout.trim()]);
    expect(stdout).toContain('The device was webgpu float16 in A, cpu in B.');
  }, 600_000);

  test('unclip devices lists both, and says that software Vulkan is slower than the CPU', async () => {
    const env = bothDrivers();
    const { code, stdout } = await unclipProcess(['devices', '--json'], { env });

    const { devices, auto } = JSON.parse(stdout) as DevicesReport;
    const webgpu = devices.find(({ name }) => name === 'webgpu');
    expect(code).toBe(0);
    expect(webgpu?.gpus).toEqual([
      { name: 'webgpu:0', words: softwareVulkan()['VK_ICD_FILENAMES'] },
      { name: 'webgpu:1', words: lavapipe()['VK_DRIVER_FILES'] },
    ]);
    expect(webgpu?.ways.map(({ formulation }) => formulation)).toContain('webgpu');
    // The wrong attention that the self-test found.
    expect(webgpu?.why).toMatch(/is off by .* of the largest value \(webgpu-fused\)/);
    expect(auto).toMatch(/^the CPU, since .*webgpu is slower \([\d.]+ ms against [\d.]+ ms for the self-test\)/s);
  }, 600_000);
});

describe('where the memory of a device runs out', () => {
  const freed = 'Memory ran out, so models that are not in use were unloaded.';
  const fewer = 'Memory ran out, so attention takes fewer queries at a time: 25.0 MB of scores instead of 100.0 MB.';
  const fewest = 'Memory ran out, so attention takes fewer queries at a time: 6.3 MB of scores instead of 25.0 MB.';
  const rows = 'Out of memory, so the UNet now processes 1 rows at a time instead of 2.';
  const left = 'The device ran out of memory. Continuing on the CPU.';

  test.each([
    { kind: 'unet', cells: 32, megabytes: 1000, device: 'webgpu', notices: [] },
    { kind: 'unet', cells: 32, megabytes: 100, device: 'webgpu', notices: [freed] },
    { kind: 'unet', cells: 48, megabytes: 180, device: 'webgpu', notices: [freed, fewer, fewest] },
    { kind: 'unet', cells: 32, megabytes: 95, device: 'webgpu', notices: [freed, fewer, fewest, rows] },
    { kind: 'unet', cells: 32, megabytes: 50, device: 'cpu', notices: [freed, fewer, fewest, rows, left] },
    // A tile of 32 x 32 cells takes 123 MB.
    {
      ...{ kind: 'vae', cells: 48, megabytes: 160, device: 'webgpu' },
      notices: [freed, 'Out of memory, so the image is decoded in tiles.'],
    },
    {
      ...{ kind: 'vae', cells: 48, megabytes: 50, device: 'cpu' },
      notices: [freed, 'Out of memory, so the image is decoded in tiles.', left],
    },
  ])(
    '$kind of $cells cells in $megabytes MB',
    async ({ kind, cells, megabytes, device, notices }) => {
      const args = [supportProcess('small-device'), kind, String(cells), String(megabytes * 1e6)];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
        env: { ...process.env, ...smallMemoryDriver() },
      });

      const run = JSON.parse(stdout) as SmallDeviceRun;
      expect([run.device, run.notices]).toEqual([device, notices]);
      expect(run.difference).toBeLessThan(5e-5);
      // The runtime prints nothing about each buffer.
      expect(stderr).not.toContain('OUT_OF_DEVICE_MEMORY');
    },
    300_000,
  );
});
