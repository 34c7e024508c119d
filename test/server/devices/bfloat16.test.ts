import { FORMULATIONS } from '@unclip-studio/nodes-unclip';
import {
  arithmeticOfLabel,
  CPU,
  createOrtSessions,
  type Device,
  deviceLabel,
  optionOf,
  testDevice,
} from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { openTestCheckpoint } from '../../support/evaluate-node.js';
import { randomTensor } from '../../support/random-tensor.js';
import { tempFolder } from '../../support/temp-folder.js';

/** With parts that are not there. */
const BFLOAT16: Device = {
  ...CPU,
  formulation: FORMULATIONS.openvino,
  openvino: { library: '/nowhere/libopenvino_c.so.1', koffi: '/nowhere/koffi/index.cjs' },
};

test('a receipt says that it was bfloat16, and is read again as that', () => {
  expect(deviceLabel(BFLOAT16, BFLOAT16)).toBe('cpu bfloat16');
  expect(deviceLabel(BFLOAT16, CPU)).toBe('cpu bfloat16, then cpu');
  expect(arithmeticOfLabel('cpu bfloat16, then cpu')).toBe('cpu bfloat16');
  expect(arithmeticOfLabel('cpu int3')).toBe('cpu');
});

test('a device is named as --device takes it, with its number and precision', () => {
  const { openvino: _, ...webgpu } = { ...BFLOAT16, name: 'webgpu' as const, formulation: FORMULATIONS.half };
  expect([CPU, BFLOAT16, webgpu, { ...webgpu, gpu: { index: 1 } }].map(optionOf)).toEqual([
    'cpu',
    'cpu:bfloat16',
    'webgpu:float16',
    'webgpu:1:float16',
  ]);
});

test('only the UNet is computed in bfloat16; where that fails, it goes on in float32 with a notice', async () => {
  const { unet, vae } = await openTestCheckpoint();
  const notices: string[] = [];
  const timedOn: string[] = [];
  const sessions = createOrtSessions({
    device: BFLOAT16,
    onNotice: (words) => notices.push(words),
    onRun: ({ on }) => timedOn.push(on),
  });
  const exact = createOrtSessions();
  const { levels, crossAttentionDim, classEmbedDim } = unet.config;
  const side = 2 ** levels.length;
  const channels = unet.latents.channels;
  const decoder = vae.decoder({ n: 1, h: 4, w: 4 });
  const step = unet.request({ n: 1, h: side, w: side, t: 7 });
  const latent = { latent: randomTensor([1, channels, 4, 4], 1) };
  const feeds = {
    sample: randomTensor([1, channels, side, side], 2),
    timestep: randomTensor([1], 3),
    encoder_hidden_states: randomTensor([1, 7, crossAttentionDim], 4),
    class_labels: randomTensor([1, classEmbedDim ?? 0], 5),
  };

  try {
    expect(await sessions.run(decoder, latent)).toEqual(await exact.run(decoder, latent));
    expect([notices, deviceLabel(BFLOAT16, await sessions.device())]).toEqual([[], 'cpu bfloat16']);
    expect(await sessions.run(step, feeds)).toEqual(await exact.run(step, feeds));
    expect(notices).toEqual([
      expect.stringMatching(/^cpu bfloat16 failed \(OpenVINO cannot be loaded: .*\)\. Continuing in float32\.$/s),
    ]);
    expect(deviceLabel(BFLOAT16, await sessions.device())).toBe('cpu bfloat16, then cpu');
    // Both were computed exactly, and are timed as that.
    expect(timedOn).toEqual(['cpu', 'cpu']);
  } finally {
    await Promise.all([sessions.close(), exact.close()]);
  }
});

test('the self-test of the CPU says what is missing', async () => {
  const home = process.env['HOME'];
  process.env['HOME'] = tempFolder();
  try {
    expect(await testDevice('cpu')).toEqual({ usable: false, reason: 'OpenVINO is not installed' });
  } finally {
    process.env['HOME'] = home;
  }
});
