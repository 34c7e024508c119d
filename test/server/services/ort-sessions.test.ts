import { FORMULATIONS, InferenceError, type ModelRequest, tensor } from '@unclip-studio/nodes-unclip';
import { GraphBuilder } from '@unclip-studio/nodes-unclip/testing';
import { CPU, createOrtSessions, type OrtSessionsOptions } from '@unclip-studio/server';
import { describe, expect, onTestFinished, test } from 'vitest';

/** y = x + `addend`, claiming weights of 100 bytes; counts how often it is built. */
function countingModel(key: string, addend: number): ModelRequest & { timesBuilt: number } {
  return {
    key,
    timesBuilt: 0,
    build() {
      this.timesBuilt++;
      return { bytes: addGraph(addend), weightsFolder: null, weightBytes: 100, runsOnEnd: false };
    },
  };
}

/** The same with working memory of 150 bytes, kept between the runs or given back. */
function workingModel(key: string, runsOnEnd: boolean): ReturnType<typeof countingModel> {
  const model = countingModel(key, 1);
  const { build } = model;
  return Object.assign(model, { build: () => ({ ...build.call(model), workingBytes: 150, runsOnEnd }) });
}

function addGraph(addend: number): Uint8Array {
  const get = () => {
    throw new Error('the graph has no weights');
  };
  const builder = new GraphBuilder({ weights: { get }, formulation: FORMULATIONS.cpu });
  const x = builder.input('x', 'float32', ['n']);
  const sum = builder.root().node('Add', [x, builder.floats([], Float32Array.of(addend))], x);
  builder.output('y', sum, ['n']);
  return builder.finish('add');
}

function sessionsFor(memoryBudgetBytes: number) {
  const sessions = createOrtSessions({ memoryBudgetBytes });
  onTestFinished(() => sessions.close());
  return sessions;
}

const X = { x: tensor([2], Float32Array.of(1, 2)) };

test('a model is built once, however often and at once it runs', async () => {
  const sessions = sessionsFor(1000);
  const model = countingModel('add', 10);

  const outputs = await Promise.all([sessions.run(model, X), sessions.run(model, X), sessions.run(model, X)]);
  outputs.push(await sessions.run(model, X));

  expect(outputs.map(({ y }) => [...(y?.data ?? [])])).toEqual(Array.from({ length: 4 }, () => [11, 12]));
  expect(model.timesBuilt).toBe(1);
});

test('the least recently used model goes first when the budget is used up', async () => {
  const sessions = sessionsFor(250);
  const [a, b, c] = [countingModel('a', 1), countingModel('b', 2), countingModel('c', 3)];

  for (const model of [a, b, a, c]) await sessions.run(model, X); // c drives out b
  for (const model of [a, c]) await sessions.run(model, X);
  await sessions.run(b, X);

  expect([a, b, c].map((model) => model.timesBuilt)).toEqual([1, 2, 1]);
});

test('in a run that asks for each model in turn, one goes as soon as the next comes', async () => {
  const sessions = createOrtSessions({ memoryBudgetBytes: 1000, oneShot: true });
  onTestFinished(() => sessions.close());
  const [a, b] = [countingModel('a', 1), countingModel('b', 2)];

  for (const model of [a, a, b, b, a]) await sessions.run(model, X);

  expect([a, b].map((model) => model.timesBuilt)).toEqual([2, 1]);
});

test('a model larger than the budget still runs, and models in use are not unloaded', async () => {
  const sessions = sessionsFor(50);
  const models = [countingModel('a', 1), countingModel('b', 2), countingModel('c', 3)];

  const outputs = await Promise.all(models.map((model) => sessions.run(model, X)));

  expect(outputs.map(({ y }) => y?.data[0])).toEqual([2, 3, 4]);
});

test('working memory counts: always while a model runs, afterwards only if it is kept', async () => {
  const sessions = sessionsFor(400);
  const [once, often, other] = [workingModel('once', false), workingModel('often', true), countingModel('other', 1)];

  // 250 at most, 100 after it; then 100 + 250; then 100 + 250 + 100, for which the first has to go.
  for (const model of [once, often, other]) await sessions.run(model, X);
  for (const model of [other, often]) await sessions.run(model, X);
  await sessions.run(once, X);

  expect([once, often, other].map((model) => model.timesBuilt)).toEqual([2, 1, 1]);
});

test('a model that is there already gets room for its working memory too', async () => {
  const sessions = sessionsFor(300);
  const [once, other] = [workingModel('once', false), countingModel('other', 1)];

  // Together at rest 200; while the first runs 350, so that the other has to go.
  for (const model of [once, other, once]) await sessions.run(model, X);
  await sessions.run(other, X);

  expect([once, other].map((model) => model.timesBuilt)).toEqual([1, 2]);
});

describe('a model that runs in addition to the others', () => {
  test('unloads none of them, and is not run where it does not fit', async () => {
    const sessions = sessionsFor(250);
    const [a, b, beside] = [countingModel('a', 1), countingModel('b', 2), countingModel('beside', 3)];

    const first = await sessions.runBeside(beside, X);
    for (const model of [a, b]) await sessions.run(model, X); // b drives out the other one
    const second = await sessions.runBeside(beside, X);
    for (const model of [a, b]) await sessions.run(model, X);

    expect([...(first?.outputs['y']?.data ?? [])]).toEqual([4, 5]);
    expect(second).toBeUndefined();
    expect([a, b].map((model) => model.timesBuilt)).toEqual([1, 1]);
  });

  test('leaves the device and what is known of speeds as they are, when it fails too', async () => {
    const runs: unknown[] = [];
    const notices: string[] = [];
    const sessions = createOrtSessions({
      device: { ...CPU, name: 'webgpu' },
      onRun: (run) => runs.push(run),
      onNotice: (words) => notices.push(words),
    });
    onTestFinished(() => sessions.close());

    await sessions.runBeside(countingModel('add', 1), X);
    await expect(sessions.runBeside(countingModel('add', 1), {})).rejects.toThrow();

    expect([runs, notices, (await sessions.device()).name]).toEqual([[], [], 'webgpu']);
  });
});

test('a wrong input is an InferenceError with the name of the model and its cause', async () => {
  const sessions = sessionsFor(1000);

  const failed = sessions.run(countingModel('unet n=2', 1), {});

  await expect(failed).rejects.toBeInstanceOf(InferenceError);
  await expect(failed).rejects.toThrow('Model "unet n=2" failed: ');
  await expect(failed).rejects.toHaveProperty('cause', expect.any(Error));
});

test('a model that failed to build is tried again at the next run', async () => {
  const sessions = sessionsFor(1000);
  const good = countingModel('add', 1);
  const broken: ModelRequest = {
    key: 'add',
    build() {
      throw new Error('disk on fire');
    },
  };

  await expect(sessions.run(broken, X)).rejects.toThrow('Model "add" failed: disk on fire');
  const { y } = await sessions.run(good, X);

  expect(y?.data[0]).toBe(2);
});

test('a model file that is cut or garbage is refused, and the next model runs', async () => {
  const sessions = sessionsFor(1000);
  const whole = addGraph(1);
  const broken = [
    ...Array.from({ length: 12 }, (_, i) => whole.subarray(0, Math.floor((whole.length * i) / 12))),
    new Uint8Array(1000).fill(0xff),
  ];

  for (const [i, bytes] of broken.entries()) {
    const build = () => ({ bytes, weightsFolder: null, weightBytes: 0, runsOnEnd: false });
    await expect(sessions.run({ key: `broken ${i}`, build }, X)).rejects.toBeInstanceOf(InferenceError);
  }
  const { y } = await sessions.run(countingModel('add', 1), X);

  expect(y?.data[0]).toBe(2);
});

test('models that no run uses are unloaded on request, and one in use continues', async () => {
  const sessions = sessionsFor(1000);
  const [idle, used] = [countingModel('idle', 1), countingModel('used', 2)];
  await sessions.run(idle, X);

  const running = sessions.run(used, X);
  await sessions.unloadIdle();
  const { y } = await running;
  for (const model of [idle, used]) await sessions.run(model, X);

  expect([...(y?.data ?? [])]).toEqual([3, 4]);
  expect([idle.timesBuilt, used.timesBuilt]).toEqual([2, 1]);
});

test('after closing, a model is built again', async () => {
  const sessions = sessionsFor(1000);
  const model = countingModel('add', 1);
  await sessions.run(model, X);

  await sessions.close();
  await sessions.run(model, X);

  expect(model.timesBuilt).toBe(2);
});

describe('a device that fails', () => {
  function failing(message: string, options: Partial<OrtSessionsOptions> = {}) {
    const notices: string[] = [];
    const sessions = createOrtSessions({
      device: { ...CPU, name: 'webgpu' },
      failureOf: (_, device) => (device.name === 'webgpu' ? new Error(message) : undefined),
      onNotice: (words) => notices.push(words),
      ...options,
    });
    onTestFinished(() => sessions.close());
    return { sessions, notices };
  }

  test('permanently is reported to the owner of the process, and nothing else is tried', async () => {
    const told: string[] = [];
    const onDeviceLost = (words: string): Promise<never> => {
      told.push(words);
      return Promise.reject(new Error('the process ends'));
    };
    const { sessions, notices } = failing('WebGPU device lost (1): reset', { onDeviceLost });

    await expect(sessions.run(countingModel('add', 1), X)).rejects.toThrow('the process ends');

    expect([told, notices]).toEqual([['webgpu was lost (WebGPU device lost (1): reset)'], []]);
    expect((await sessions.device()).name).toBe('webgpu');
  });

  test('permanently is replaced by the CPU if the process cannot be ended', async () => {
    const { sessions, notices } = failing('WebGPU device lost (1): reset');

    const { y } = await sessions.run(countingModel('add', 1), X);

    expect([...(y?.data ?? [])]).toEqual([2, 3]);
    expect(notices).toEqual(['webgpu failed (WebGPU device lost (1): reset). Continuing on the CPU.']);
  });

  test('for a reason that its libraries give in their own words says it in plain ones', async () => {
    const message = 'libcublasLt.so.13: cannot open shared object file: No such file or directory';
    const { sessions, notices } = failing(message, {
      device: { ...CPU, name: 'cuda' },
      failureOf: (_, { name }) => (name === 'cuda' ? new Error(message) : undefined),
    });

    await sessions.run(countingModel('add', 1), X);

    expect(notices).toEqual([
      expect.stringMatching(/^cuda failed \(.*\bnot (?:found|installed)\b.*\)\. Continuing on the CPU\.$/),
    ]);
  });
});

// As Dawn and ONNX Runtime 1.30 say it, on a Vulkan driver with a small memory.
const INVALID_BUFFER =
  'WebGPU validation failed. [Invalid Buffer (unlabeled)] is invalid due to a previous error.\n - While validating entries[1]';
const DOWNLOAD =
  '/onnxruntime_src/onnxruntime/core/providers/webgpu/buffer_manager.cc:641 void onnxruntime::webgpu::BufferManager::Download(' +
  'WGPUBuffer, void*, size_t) const map_async_result.status == wgpu::MapAsyncStatus::Success was false. Failed to download ' +
  'data from buffer. wgpu::MapAsyncStatus value: 4, message: ';

describe('what WebGPU says', () => {
  function failingOnce(message: string, options: Partial<OrtSessionsOptions> = {}) {
    const notices: string[] = [];
    const failures = [new Error(message)];
    const sessions = createOrtSessions({
      device: { ...CPU, name: 'webgpu' },
      failureOf: (key) => (key === 'large' ? failures.shift() : undefined),
      onNotice: (words) => notices.push(words),
      ...options,
    });
    onTestFinished(() => sessions.close());
    return { sessions, notices };
  }

  test.each([INVALID_BUFFER, `${DOWNLOAD}${INVALID_BUFFER}`])(
    'of a buffer that it could not make means that memory ran out: %#',
    async (message) => {
      const { sessions, notices } = failingOnce(message);
      const [idle, large] = [countingModel('idle', 1), countingModel('large', 2)];
      await sessions.run(idle, X);

      const { y } = await sessions.run(large, X);

      expect([...(y?.data ?? [])]).toEqual([3, 4]);
      expect(notices).toEqual(['Memory ran out, so models that are not in use were unloaded.']);
      // The failed run holds its memory until its session is gone as well.
      expect([idle.timesBuilt, large.timesBuilt]).toEqual([1, 2]);
    },
  );

  test('of a device that was lost while memory ran out means that', async () => {
    const lost: string[] = [];
    const onDeviceLost = (words: string): Promise<never> => {
      lost.push(words);
      return Promise.reject(new Error('the process ends'));
    };
    const { sessions } = failingOnce(`${DOWNLOAD}[Device] is lost.`, { onDeviceLost });

    await expect(sessions.run(countingModel('large', 1), X)).rejects.toThrow('the process ends');

    // Without the runtime's own source files.
    expect(lost).toEqual([
      'webgpu was lost (Failed to download data from buffer. wgpu::MapAsyncStatus value: 4, message: [Device] is lost.)',
    ]);
  });
});

test('where memory does not suffice and nothing is left to try, the error says how much is needed and how much there is', async () => {
  const sessions = createOrtSessions({ failureOf: () => new Error('bad_alloc') });
  onTestFinished(() => sessions.close());

  await expect(sessions.run(workingModel('add', false), X)).rejects.toThrow(
    /^Model "add" failed: bad_alloc\. It needs about 0\.0 MB, 0\.0 MB of them for weights; this machine has [\d.]+ [MG]B free of [\d.]+ [MG]B\.$/,
  );
});
