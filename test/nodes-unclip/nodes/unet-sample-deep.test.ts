import { InferenceError, type InferenceService, type SamplingStates } from '@unclip-studio/nodes-unclip';
import {
  type Condition,
  type Conditioning,
  createUnetPredictor,
  type Latent,
  unetSample,
} from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, createResultStore, createSamplingStates } from '@unclip-studio/server';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { encodeTestGuides, evaluateNode, openTestCheckpoint } from '../../support/evaluate-node.js';
import { inLongSuite } from '../../support/long-suite.js';
import { randomTensor } from '../../support/random-tensor.js';
import { tempFolder } from '../../support/temp-folder.js';

const checkpoint = await openTestCheckpoint();
const { latents, config } = checkpoint.unet;
let prompt: Conditioning;
let image: Condition;

beforeAll(async () => {
  ({ prompt, image } = await encodeTestGuides(checkpoint));
});

/** Runs models, and records which ones. */
function listeningInference() {
  const sessions = createOrtSessions();
  onTestFinished(() => sessions.close());
  const asked: string[] = [];
  const inference: InferenceService = {
    run(model, feeds) {
      asked.push(/^unet (keeping|shallow)?/.exec(model.key)?.[1] ?? 'whole');
      return sessions.run(model, feeds);
    },
  };
  return { inference, asked };
}

async function sample(params: object, services: { readonly samplingStates?: SamplingStates } = {}) {
  const { inference, asked } = listeningInference();
  const { latent } = await evaluateNode<{ latent: Latent }>(
    unetSample,
    { unet: checkpoint.unet, prompt, image },
    { steps: 6, guidanceScale: 3, seed: 4, width: 64, height: 64, ...params },
    { inference, ...services },
  );
  return { data: latent.samples.data, asked };
}

const question = () => ({
  sample: randomTensor([2, latents.channels, 8, 8], 1),
  timestep: 500,
  guides: {
    encoder_hidden_states: randomTensor([2, 8, config.crossAttentionDim], 2),
    class_labels: randomTensor([2, config.classEmbedDim ?? 0], 3),
  },
});

test('the shallow part, given what the deep layers made at the same question, answers as the whole UNet', async () => {
  const { inference, asked } = listeningInference();
  const [ask, askPlainly] = [
    createUnetPredictor(checkpoint.unet, inference),
    createUnetPredictor(checkpoint.unet, inference),
  ];

  const whole = await askPlainly(question());
  const keeping = await ask({ ...question(), deep: 'keep' });
  const shallow = await ask({ ...question(), deep: 'reuse' });

  const furthest = (other: Float32Array) =>
    Math.max(...whole.data.map((value, i) => Math.abs(value - (other[i] ?? 0))));
  expect(asked).toEqual(['whole', 'keeping', 'shallow']);
  expect(furthest(keeping.data)).toBeLessThan(1e-5);
  expect(furthest(shallow.data)).toBeLessThan(1e-5);
});

test('the deep layers are computed at every n-th step, and the result is near the exact one but another', async () => {
  const exact = await sample({});
  const approximate = await sample({ deepEvery: 3 });

  expect(exact.asked).toEqual(Array.from({ length: 6 }, () => 'whole'));
  expect(approximate.asked).toEqual(['keeping', 'shallow', 'shallow', 'keeping', 'shallow', 'shallow']);
  const difference = exact.data.reduce((sum, value, i) => sum + (value - (approximate.data[i] ?? 0)) ** 2, 0);
  const size = exact.data.reduce((sum, value) => sum + value ** 2, 0);
  expect(difference).toBeGreaterThan(0);
  expect(difference).toBeLessThan(size);
});

test('when the conditioning changes, the deep layers are computed again', async () => {
  const { asked } = await sample({ deepEvery: 4, changeAt: 3, laterGuidanceScale: 1 });

  expect(asked).toEqual(['keeping', 'shallow', 'shallow', 'keeping', 'shallow', 'shallow']);
});

test.each<[object, object]>([
  [{ deepEvery: 2 }, {}],
  // A run that parts from the first after three steps, where the first did not compute its deep layers.
  [{ deepEvery: 2 }, { changeAt: 3, laterGuidanceScale: 2 }],
  ...inLongSuite<[object, object]>([
    [{ deepEvery: 3 }, {}],
    [{ deepEvery: 2, changeAt: 3, laterGuidanceScale: 2 }, {}],
  ]),
])('continuing from a state of %j, with %j, gives the same bytes as an undisturbed run', async (params, changes) => {
  const steps = { steps: 12 };
  const undisturbed = await sample({ ...steps, ...params, ...changes });
  const store = createResultStore({ folder: tempFolder(), maxBytes: 1e9 });
  const samplingStates = createSamplingStates(store);
  await sample({ ...steps, ...params }, { samplingStates });
  await store.flush();

  const resumed = await sample({ ...steps, ...params, ...changes }, { samplingStates });

  expect(resumed.asked.length).toBeLessThan(12);
  expect(resumed.data).toEqual(undisturbed.data);
});

test('where memory holds half of the rows only, the deep features go with their rows', async () => {
  const { inference } = listeningInference();
  const cramped: InferenceService = {
    run(model, feeds) {
      if ((feeds['sample']?.dims[0] ?? 0) > 1) throw new InferenceError('bad_alloc', { isOutOfMemory: true });
      return inference.run(model, feeds);
    },
  };
  const [ask, askCramped] = [
    createUnetPredictor(checkpoint.unet, inference),
    createUnetPredictor(checkpoint.unet, cramped),
  ];
  const later = { ...question(), sample: randomTensor([2, latents.channels, 8, 8], 9) };

  await ask({ ...question(), deep: 'keep' });
  const expected = await ask({ ...later, deep: 'reuse' });
  await askCramped({ ...question(), deep: 'keep' });
  const halves = await askCramped({ ...later, deep: 'reuse' });

  for (const [i, value] of expected.data.entries()) expect(halves.data[i]).toBeCloseTo(value, 4);
  expect(halves.dims).toEqual(expected.dims);
});
