import { FORMULATIONS, InferenceError, type InferenceService } from '@unclip-studio/nodes-unclip';
import { createUnetPredictor, decodeLatent, requireUnclip } from '@unclip-studio/nodes-unclip/testing';
import { CPU, createOrtSessions, type Device } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { openTestCheckpoint } from '../../support/evaluate-node.js';
import { longTest } from '../../support/long-suite.js';
import { randomTensor } from '../../support/random-tensor.js';

const checkpoint = requireUnclip(await openTestCheckpoint());
const sessions = createOrtSessions();

/** The real runtime, which has too little memory for models that `isTooLarge`. */
function smallMachine(isTooLarge: (key: string) => boolean, { hasOtherDevice = false } = {}) {
  const notices: string[] = [];
  const asked: string[] = [];
  let isCramped = true;
  const inference: InferenceService = {
    async run(model, feeds) {
      asked.push(model.key.replace(/ cpu .*/, ''));
      if (isCramped && isTooLarge(model.key)) {
        throw new InferenceError(`Model "${model.key}" failed: bad_alloc`, { isOutOfMemory: true });
      }
      return sessions.run(model, feeds);
    },
    notice: (words) => void notices.push(words),
    leaveDevice(words) {
      if (!hasOtherDevice) return false;
      isCramped = false;
      notices.push(words);
      return true;
    },
  };
  return { inference, notices, asked };
}

const question = {
  sample: randomTensor([2, checkpoint.unet.latents.channels, 8, 8], 1),
  timestep: 500,
  guides: {
    encoder_hidden_states: randomTensor([2, 77, checkpoint.unet.config.crossAttentionDim], 2),
    class_labels: randomTensor([2, 2 * checkpoint.vision.embeds.width], 3),
  },
};

test('if both halves of a guided step do not fit, each is run alone, with the same result', async () => {
  const { inference, notices, asked } = smallMachine((key) => key.includes('n=2'));

  const halves = await createUnetPredictor(checkpoint.unet, inference)(question);
  await createUnetPredictor(checkpoint.unet, inference)(question);
  const whole = await createUnetPredictor(checkpoint.unet, sessions)(question);

  expect(halves.dims).toEqual(whole.dims);
  for (const [i, value] of whole.data.entries()) expect(halves.data[i]).toBeCloseTo(value, 4);
  expect(notices).toEqual(['Out of memory, so the UNet now processes 1 rows at a time instead of 2.']);
  // What did not fit is not tried again at the next step.
  expect(asked.filter((key) => key.includes('n=2'))).toHaveLength(1);
});

longTest('rows of many images are split where all of them would exceed the memory budget', async () => {
  const many = {
    ...question,
    sample: randomTensor([12, checkpoint.unet.latents.channels, 8, 8], 1),
    guides: {
      encoder_hidden_states: randomTensor([12, 77, checkpoint.unet.config.crossAttentionDim], 2),
      class_labels: randomTensor([12, 2 * checkpoint.vision.embeds.width], 3),
    },
  };
  const bytesOf = (n: number) => {
    const { weightBytes, workingBytes = 0 } = checkpoint.unet.request({ n, h: 8, w: 8, t: 77 }).build();
    return weightBytes + workingBytes;
  };
  const withBudget = (memoryBudgetBytes: number) => {
    const { inference, ...found } = smallMachine(() => false);
    return { inference: { ...inference, memoryBudgetBytes }, ...found };
  };
  const [cramped, roomy, hopeless] = [withBudget(bytesOf(6)), withBudget(bytesOf(12)), withBudget(bytesOf(1) - 1)];

  const split = await createUnetPredictor(checkpoint.unet, cramped.inference)(many);
  await createUnetPredictor(checkpoint.unet, cramped.inference)(many);
  const whole = await createUnetPredictor(checkpoint.unet, roomy.inference)(many);
  await createUnetPredictor(checkpoint.unet, hopeless.inference)(many);

  expect(cramped.asked.map((key) => /n=\d+/.exec(key)?.[0])).toEqual(['n=6', 'n=6', 'n=6', 'n=6']);
  expect(cramped.notices).toEqual([
    'The UNet processes 6 rows at a time instead of 12, since all of them would not fit into memory.',
  ]);
  // A model that exceeds the budget alone still runs, and then at once.
  for (const { asked, notices } of [roomy, hopeless]) expect([asked.length, notices]).toEqual([1, []]);
  expect(split.dims).toEqual(whole.dims);
  for (const [i, value] of whole.data.entries()) expect(split.data[i]).toBeCloseTo(value, 4);
});

test('if not even one row fits, the next device is used; without one it is an error', async () => {
  const cramped = smallMachine((key) => key.startsWith('unet'), { hasOtherDevice: true });
  const alone = smallMachine((key) => key.startsWith('unet'));

  const { dims } = await createUnetPredictor(checkpoint.unet, cramped.inference)(question);

  expect(dims).toEqual(question.sample.dims);
  expect(cramped.notices.at(-1)).toBe('The device ran out of memory. Continuing on the CPU.');
  await expect(createUnetPredictor(checkpoint.unet, alone.inference)(question)).rejects.toThrow(/bad_alloc/);
});

test('an image that does not fit is decoded in tiles, at its full size', async () => {
  const { inference, notices } = smallMachine((key) => key.includes('h=24'));
  const latent = randomTensor([1, checkpoint.unet.latents.channels, 24, 24], 4);
  const signal = new AbortController().signal;

  const image = await decodeLatent(latent, { vae: checkpoint.vae, inference, tiling: 'auto', signal });

  expect(image.dims).toEqual([
    1,
    3,
    24 * checkpoint.unet.latents.pixelsPerCell,
    24 * checkpoint.unet.latents.pixelsPerCell,
  ]);
  expect(notices).toEqual(['Out of memory, so the image is decoded in tiles.']);
  await expect(decodeLatent(latent, { vae: checkpoint.vae, inference, tiling: 'off', signal })).rejects.toThrow(
    /bad_alloc/,
  );
});

/** A device that is the CPU, with the formulation of a GPU; where models that `isTooLarge` do not fit. */
function smallDevice(isTooLarge: (key: string, device: Device) => boolean) {
  const notices: string[] = [];
  const ladder = createOrtSessions({
    device: { ...CPU, name: 'webgpu', formulation: FORMULATIONS.webgpu },
    onNotice: (words) => notices.push(words),
    failureOf: (key, device) => (isTooLarge(key, device) ? new Error('Out of memory: 4096 bytes') : undefined),
  });
  onTestFinished(() => ladder.close());
  return { ladder, notices };
}

test('a device without memory unloads what is idle, cuts queries, asks row by row, and then leaves the rest to the CPU', async () => {
  const { ladder, notices } = smallDevice((key, { name }) => name === 'webgpu' && key.startsWith('unet'));
  const { latents } = checkpoint.unet;
  await ladder.run(checkpoint.vae.decoder({ n: 1, h: 8, w: 8 }), {
    latent: randomTensor([1, latents.channels, 8, 8], 5),
  });

  const found = await createUnetPredictor(checkpoint.unet, ladder)(question);
  const expected = await createUnetPredictor(checkpoint.unet, sessions)(question);

  expect(notices).toEqual([
    'Memory ran out, so models that are not in use were unloaded.',
    'Memory ran out, so attention takes fewer queries at a time: 25.0 MB of scores instead of 100.0 MB.',
    'Memory ran out, so attention takes fewer queries at a time: 6.3 MB of scores instead of 25.0 MB.',
    'Out of memory, so the UNet now processes 1 rows at a time instead of 2.',
    'The device ran out of memory. Continuing on the CPU.',
  ]);
  for (const [i, value] of expected.data.entries()) expect(found.data[i]).toBeCloseTo(value, 4);
});

longTest('queries that are cut are enough where only their scores were too much, with the same numbers', async () => {
  const { ladder, notices } = smallDevice((key, { formulation: { maxScoreBytes = 0 } }) => {
    return key.startsWith('unet') && maxScoreBytes > 30e6;
  });

  const found = await createUnetPredictor(checkpoint.unet, ladder)(question);
  const expected = await createUnetPredictor(checkpoint.unet, sessions)(question);

  expect(notices).toEqual([expect.stringContaining('fewer queries at a time: 25.0 MB')]);
  expect((await ladder.device()).name).toBe('webgpu');
  for (const [i, value] of expected.data.entries()) expect(found.data[i]).toBeCloseTo(value, 4);
});

test('where tiles do not fit either, the CPU decodes the whole image', async () => {
  const { ladder, notices } = smallDevice((key, { name }) => name === 'webgpu' && key.startsWith('vae'));
  const latent = randomTensor([1, checkpoint.unet.latents.channels, 24, 24], 4);
  const options = { vae: checkpoint.vae, tiling: 'auto', signal: new AbortController().signal } as const;

  const found = await decodeLatent(latent, { ...options, inference: ladder });
  const expected = await decodeLatent(latent, { ...options, inference: sessions });

  expect(notices).toEqual([
    'Out of memory, so the image is decoded in tiles.',
    'The device ran out of memory. Continuing on the CPU.',
  ]);
  expect(found).toEqual(expected);
});
