import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tensor } from '@unclip-studio/nodes-unclip';
import { TorchGenerator } from '@unclip-studio/nodes-unclip/testing';
import {
  CPU,
  chooseDevice,
  chooseGpu,
  createOrtSessions,
  DeviceError,
  deviceLabel,
  listGpus,
  realSurroundings,
  visibleGpu,
} from '@unclip-studio/server';
import { describe, expect, test } from 'vitest';
import { openTestCheckpoint } from '../../support/evaluate-node.js';
import { longTest } from '../../support/long-suite.js';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

// No driver is at this place, so that a machine with a GPU tests the same as one without.
const NO_GPU = { VK_ICD_FILENAMES: '/there-is-no-driver.json', VK_DRIVER_FILES: '/there-is-no-driver.json' };
const CUDA = { ...CPU, name: 'cuda', provider: 'cuda' } as const;

describe('a device requested by name', () => {
  test.each([
    ['webgpu', /--device webgpu: it cannot be used here: .*adapter.* Usable are: auto, cpu\./s],
    ['gpu', /--device gpu: there is no such device\. The devices are: auto, cpu, cuda, directml, coreml, webgpu\./],
  ])('and is not here ends with exit code 2 and says which are: %s', async (device, message) => {
    const { code, stdout, stderr } = await unclip(['run', 'workflows/image-variations.json', '--device', device], {
      env: { ...NO_GPU, UNCLIP_CACHE_DIR: join(tempFolder(), 'results') },
    });

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  test('is refused by the server before it starts', async () => {
    const { code, stderr } = await unclip(['serve', '--device', 'webgpu', '--data-dir', tempFolder()], {
      env: { ...NO_GPU, UNCLIP_CACHE_DIR: join(tempFolder(), 'results') },
    });

    expect(code).toBe(2);
    expect(stderr).toContain('--device webgpu: it cannot be used here');
  });
});

test('auto says why it is the CPU, and the test result is stored', async () => {
  const cacheFolder = tempFolder();
  const saved = { ...process.env };
  Object.assign(process.env, NO_GPU);
  try {
    const device = await chooseDevice('auto', { cacheFolder });
    const kept = readdirSync(cacheFolder);
    const again = await chooseDevice('auto', { cacheFolder });

    expect(device.name).toBe('cpu');
    expect(device.words).toMatch(/^the CPU, since cuda cannot be used .*, and webgpu cannot be used /s);
    expect(kept).toEqual(['device-cuda.json', 'device-webgpu.json']);
    expect(readFileSync(join(cacheFolder, 'device-webgpu.json'), 'utf8')).toContain('"usable":false');
    expect(again).toEqual(device);
  } finally {
    process.env = saved;
  }
});

test.each([
  ['cpu:float16', 'the CPU computes in float32, or in bfloat16 by cpu:bfloat16. Leave ":float16" out.'],
  ['auto:bfloat16', 'only the CPU computes in bfloat16, by --device cpu:bfloat16.'],
  ['cpu:1', 'cpu has no numbers. Leave ":1" out.'],
  ['auto:0', 'auto has no numbers. Leave ":0" out.'],
  ['coreml:1', 'ONNX Runtime chooses among the GPUs of coreml itself. Leave ":1" out.'],
  [
    'webgpu:half',
    'there is no precision "half". Those there are: float32, float16, bfloat16; without one it is float32.',
  ],
])('a precision that there is not is refused: %s', async (wanted, words) => {
  await expect(chooseDevice(wanted)).rejects.toThrow(words);
});

test('the CPU can be requested with its own precision', async () => {
  expect(await chooseDevice('cpu:float32')).toEqual(CPU);
});

describe('the CPU in bfloat16 is refused', () => {
  const linux = { ...realSurroundings({ HOME: '/nowhere' }), platform: 'linux', arch: 'x64' } as const;
  const withFlags = (flags: string) => (path: string) => (path === '/proc/cpuinfo' ? `flags\t\t: ${flags}\n` : '');

  test.each([
    [
      'where OpenVINO is not installed',
      { read: withFlags('fpu avx512_bf16') },
      /OpenVINO is not installed\. .*unclip devices --install openvino\./,
    ],
    ['the same with AMX', { read: withFlags('fpu amx_bf16 amx_tile') }, /OpenVINO is not installed/],
    [
      'by a processor without instructions for it',
      { read: withFlags('fpu avx512f') },
      /the processor has no instructions for bfloat16/,
    ],
    ['where there is no such library', { platform: 'win32' as const }, /Linux with x64 only/],
  ])('%s', async (_, around, words) => {
    await expect(chooseDevice('cpu:bfloat16', { around: { ...linux, ...around } })).rejects.toThrow(words);
  });
});

describe('of several GPUs', () => {
  const drivers = { VK_DRIVER_FILES: '/first.json:/second.json' };
  const env = { ...process.env, ...drivers };

  test('an unknown one is rejected, listing the available ones', async () => {
    await expect(chooseDevice('webgpu:2', { env })).rejects.toThrow(
      'there are 2 drivers of Vulkan: /first.json, /second.json',
    );
  });

  test('the chosen one is the only one that the process which tests it can see', async () => {
    const cacheFolder = tempFolder();

    await expect(chooseDevice('webgpu:1', { env, cacheFolder })).rejects.toThrow('no GPU was found');

    // It says nothing of WebGPU without a number.
    expect(readdirSync(cacheFolder)).toContain('device-webgpu-1.json');
    expect(chooseGpu('webgpu', 1, realSurroundings(env))).toMatchObject({ env: { VK_DRIVER_FILES: '/second.json' } });
    expect(chooseGpu('cuda', 1, realSurroundings(env))).toEqual({ index: 1, deviceId: 1 });
  });

  test('those of Vulkan are the 64-bit drivers in its folders; those of CUDA are what nvidia-smi lists', async () => {
    const folder = tempFolder();
    const names = ['radeon_icd.x86_64.json', 'intel_icd.x86_64.json', 'radeon_icd.i686.json', 'readme'];
    writeFileSync(
      join(folder, 'nvidia-smi'),
      '#!/bin/sh\necho "NVIDIA A, 24 GiB, 580.1"\necho "NVIDIA B, 8 GiB, 580.1"\n',
      {
        mode: 0o755,
      },
    );
    const around = {
      ...realSurroundings({ PATH: folder }),
      list: (path: string) => (path === '/usr/share/vulkan/icd.d' ? names : []),
    };

    expect(await listGpus('webgpu', around)).toEqual([
      { name: 'webgpu:0', words: '/usr/share/vulkan/icd.d/intel_icd.x86_64.json' },
      { name: 'webgpu:1', words: '/usr/share/vulkan/icd.d/radeon_icd.x86_64.json' },
    ]);
    expect(await listGpus('cuda', around)).toEqual([
      { name: 'cuda:0', words: 'NVIDIA A, 24 GiB, 580.1' },
      { name: 'cuda:1', words: 'NVIDIA B, 8 GiB, 580.1' },
    ]);
  });
});

longTest('an existing but unused GPU is reported once for each time that devices were tested', async () => {
  const cacheFolder = tempFolder();
  const env = { ...process.env, ...NO_GPU };
  const seen = realSurroundings(env);
  const around = { ...seen, exists: (path: string) => path === '/dev/nvidia0' || seen.exists(path) };

  const first = await chooseDevice('auto', { cacheFolder, env, around });
  const second = await chooseDevice('auto', { cacheFolder, env, around });

  expect(first.hint).toMatch(
    /^This machine has a GPU \(NVIDIA\), and models run on the CPU, since cuda cannot be used .*"unclip devices" says what to do/s,
  );
  expect(second).toMatchObject({ name: 'cpu', words: first.words });
  expect(second.hint).toBeUndefined();
});

test.each([
  ['0x1002', 'AMD'],
  ['0x8086', 'Intel'],
  // Of a virtual machine.
  ['0x1af4', undefined],
])('a graphics card of the maker %s on Linux: %s', (vendor, maker) => {
  const around = {
    ...({ platform: 'linux', arch: 'x64', env: {}, exists: () => false } as const),
    list: () => ['card0', 'version'],
    read: (path: string) => (path === '/sys/class/drm/card0/device/vendor' ? `${vendor}\n` : ''),
  };

  expect(visibleGpu(around)).toBe(maker);
});

test('a device that does not exist is refused', async () => {
  await expect(chooseDevice('gpu')).rejects.toThrow(DeviceError);
});

test('a device that fails on the way gives way to the CPU, with a notice and the same numbers', async () => {
  const checkpoint = await openTestCheckpoint();
  const notices: string[] = [];
  const failing = createOrtSessions({ device: CUDA, onNotice: (words) => notices.push(words) });
  const plain = createOrtSessions();
  const latent = tensor(
    [1, checkpoint.unet.latents.channels, 4, 4],
    Float32Array.from(new TorchGenerator(1).randn(64)),
  );
  const model = checkpoint.vae.decoder({ n: 1, h: 4, w: 4 });

  const found = await failing.run(model, { latent });
  const expected = await plain.run(model, { latent });

  expect(found).toEqual(expected);
  expect(notices).toEqual([expect.stringMatching(/^cuda failed \(.*\)\. Continuing on the CPU\.$/s)]);
  expect(deviceLabel(CUDA, await failing.device())).toBe('cuda, then cpu');
  await Promise.all([failing.close(), plain.close()]);
});
