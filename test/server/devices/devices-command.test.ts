import { adviceFor, missingBinaryWords } from '@unclip-studio/server';
import { describe, expect, test } from 'vitest';
import { longTest } from '../../support/long-suite.js';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

// No driver is at this place, so that a machine with a GPU tests the same as one without.
const NO_GPU = { VK_ICD_FILENAMES: '/there-is-no-driver.json', VK_DRIVER_FILES: '/there-is-no-driver.json' };

describe('unclip devices', () => {
  test('says of each device whether it can be used, why not, and what to do', async () => {
    const env = { ...NO_GPU, HOME: tempFolder(), UNCLIP_CACHE_DIR: tempFolder() };
    const { code, stdout } = await unclip(['devices'], { env });

    expect(code).toBe(0);
    const heads = stdout.split('\n').filter((line) => /^\S/.test(line));
    expect(heads.map((line) => line.split(/ +/)[0])).toEqual([
      'cpu',
      'cuda',
      'directml',
      'coreml',
      'webgpu',
      '--device',
    ]);
    expect(stdout).toMatch(/^cpu {7}can be used: not in bfloat16, since (?:the processor|OpenVINO) .*\n {10}float32$/m);
    expect(stdout).toMatch(/^directml {2}cannot be used: DirectML is part of Windows$/m);
    expect(stdout).toMatch(/^webgpu {4}cannot be used: no GPU was found \(.*No supported adapters\)$/m);
    expect(stdout).toContain(
      '- VK_DRIVER_FILES or VK_ICD_FILENAMES names /there-is-no-driver.json, which is not there. Unset it, or correct it.',
    );
    expect(stdout).toMatch(
      /^--device auto takes the CPU, since cuda cannot be used .*, and webgpu cannot be used .*\.$/m,
    );
  });

  longTest('says the same to programs as JSON', async () => {
    const { code, stdout } = await unclip(['devices', '--json'], {
      env: { ...NO_GPU, HOME: tempFolder(), UNCLIP_CACHE_DIR: tempFolder() },
    });

    const { devices, auto } = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(devices[0]).toMatchObject({
      name: 'cpu',
      ways: [{ formulation: 'cpu', precision: 'float32', error: 0 }],
      why: expect.stringContaining('not in bfloat16'),
    });
    expect(devices[4]).toMatchObject({ name: 'webgpu', ways: [], why: expect.stringContaining('no GPU was found') });
    expect(auto).toMatch(/^the CPU/);
  });
});

describe('what to do about a device', () => {
  const linux = {
    ...({ platform: 'linux', arch: 'x64', env: {} } as const),
    exists: () => true,
    list: () => ['driver.json'],
    read: () => '',
  } as const;

  test('without ONNX Runtime’s part for CUDA: the commands that install it, for its very version', () => {
    const { why, steps } = adviceFor(
      'cuda',
      { reason: 'Failed to load shared library' },
      { ...linux, exists: () => false },
    );

    expect(why).toBe("ONNX Runtime's part for CUDA is not installed");
    expect(steps.map(({ text }) => text).join('\n')).toMatch(
      /onnxruntime-gpu==\d+\.\d+\.\d+\n.*cp .*libonnxruntime_providers_\{cuda,shared\}\.so/s,
    );
  });

  test.each([
    [
      'libcublasLt.so.13: cannot open shared object file: No such file or directory',
      /^libcublasLt\.so\.13 was not found/,
    ],
    [
      'CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version',
      /^the driver of NVIDIA is missing, or older/,
    ],
    ['CUDA failure 100: no CUDA-capable device is detected', /^no NVIDIA GPU is visible$/],
  ])('when the native library of CUDA printed “%s”', (nativeWords, why) => {
    const advice = adviceFor('cuda', { reason: 'Failed to load shared library', nativeWords }, linux);

    expect(advice.why).toMatch(why);
    expect(advice.steps.length).toBeGreaterThan(0);
  });

  test('when there is neither Vulkan nor a driver for it', () => {
    const bare = { ...linux, exists: () => false, list: () => [] };
    const { steps } = adviceFor('webgpu', { reason: 'Failed to get a WebGPU adapter: No supported adapters' }, bare);

    expect(steps[0]?.text).toContain('apt-get install libvulkan1');
    expect(steps[1]?.text).toContain('apt-get install mesa-vulkan-drivers');
  });

  test('where CUDA is not to be had: what to use instead', () => {
    expect(adviceFor('cuda', { reason: '' }, { ...linux, platform: 'win32' }).why).toContain(
      '--device directml or webgpu',
    );
    expect(adviceFor('cuda', { reason: '' }, { ...linux, platform: 'darwin', arch: 'arm64' }).why).toContain(
      '--device webgpu',
    );
  });
});

test('on a machine without an ONNX Runtime binary this is reported, and the rest works', () => {
  expect(missingBinaryWords('darwin', 'x64')).toMatch(/no binary for Macs with Intel processors.*"unclip worker"/);
  expect(missingBinaryWords('freebsd', 'x64')).toContain('no binary for freebsd on x64');
});
