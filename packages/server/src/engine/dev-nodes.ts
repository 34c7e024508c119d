import { setTimeout as wait } from 'node:timers/promises';
import { createDefineNode } from '@unclip-studio/graph-core';
import type { ModelRequest, UnclipNode, UnclipServices } from '@unclip-studio/nodes-unclip';

/** Nodes to try the server with: cheap ones, slow ones, and ones that end the worker. Never part of a usual catalog. */

interface DevPortTypes {
  readonly number: number;
}

const defineNode = createDefineNode<DevPortTypes, UnclipServices, never, ModelRequest>();

const devConstant = defineNode({
  type: 'DevConstant',
  version: 1,
  title: 'Dev constant',
  description: 'Gives a number.',
  category: 'dev',
  inputs: {},
  outputs: { value: { type: 'number', help: 'The number.' } },
  params: { value: { kind: 'number', default: 0, min: -1e15, max: 1e15, help: 'The number.' } },
  async evaluate({ params }) {
    return { value: params.value };
  },
});

const devAdd = defineNode({
  type: 'DevAdd',
  version: 1,
  title: 'Dev add',
  description: 'Adds a number.',
  category: 'dev',
  inputs: { value: { type: 'number', help: 'The number to add to.' } },
  outputs: { value: { type: 'number', help: 'The sum.' } },
  params: { plus: { kind: 'number', default: 1, min: -1e15, max: 1e15, help: 'What is added.' } },
  async evaluate({ inputs, params }) {
    return { value: inputs.value + params.plus };
  },
});

const devSleep = defineNode({
  type: 'DevSleep',
  version: 1,
  title: 'Dev sleep',
  description: 'Waits as a sampler works: step by step, with progress, a preview and a look at the cancel signal.',
  category: 'dev',
  inputs: { value: { type: 'number', help: 'Handed through.', optional: true } },
  outputs: { value: { type: 'number', help: 'What came in, or 0.' } },
  params: {
    steps: { kind: 'integer', default: 10, min: 1, max: 100_000, help: 'How many steps.' },
    stepMs: { kind: 'number', default: 50, min: 0, max: 60_000, help: 'How long each of them takes.' },
    seed: { kind: 'seed', default: 0, help: 'Another one makes it another node.' },
  },
  async evaluate({ inputs, params: { steps, stepMs } }, { signal, progress, preview }) {
    for (let step = 1; step <= steps; step++) {
      await wait(stepMs);
      signal.throwIfAborted();
      progress(step, steps);
      const side = 16;
      preview({ samples: { dims: [1, 4, side, side], data: new Float32Array(4 * side * side).fill(step / steps) } });
    }
    return { value: inputs.value ?? 0 };
  },
});

const devCrash = defineNode({
  type: 'DevCrash',
  version: 1,
  title: 'Dev crash',
  description: 'Warns, fails, or ends the process it runs in.',
  category: 'dev',
  inputs: { value: { type: 'number', help: 'Handed through.', optional: true } },
  outputs: { value: { type: 'number', help: 'A number, if the node gets that far.' } },
  params: {
    kind: {
      kind: 'choice',
      default: 'error',
      options: ['error', 'warning', 'nan', 'segfault', 'exit', 'heap', 'busy', 'native-busy'],
      help: 'How it goes wrong.',
    },
    ms: { kind: 'number', default: 1e9, min: 0, max: 1e9, help: 'How long it stays busy.' },
    seed: { kind: 'seed', default: 0, help: 'Another one makes it another node.' },
  },
  async evaluate({ inputs, params }, { services }) {
    // Lets the word get out which node is about to do it.
    await wait(5);
    switch (params.kind) {
      case 'error':
        throw new Error('This node fails on purpose.');
      case 'warning':
        services.inference.notice?.('This node warns on purpose.', { code: 'embedding-left-out', name: 'warning' });
        return { value: inputs.value ?? 0 };
      case 'nan':
        return { value: Number.NaN };
      case 'segfault':
        process.kill(process.pid, 'SIGSEGV');
        return { value: await wait(1e6, 0) };
      case 'exit':
        return process.exit(7);
      case 'heap':
        return { value: fillHeap() };
      case 'busy':
        return { value: stayBusy(params.ms) };
      case 'native-busy':
        // As a model that hangs inside the runtime: announced, then silent.
        await services.inference.run(
          {
            key: 'dev-hang',
            build() {
              stayBusy(params.ms);
              throw new Error('This model is none.');
            },
          },
          {},
        );
        return { value: inputs.value ?? 0 };
    }
  },
});

const devSave = defineNode({
  type: 'DevSave',
  version: 1,
  title: 'Dev save',
  description: 'Stores an image of one colour, or of noise that does not compress.',
  category: 'dev',
  inputs: { value: { type: 'number', help: 'Which colour.', optional: true } },
  outputs: {},
  params: {
    side: { kind: 'integer', default: 8, min: 1, max: 4096, help: 'Width and height in pixels.' },
    noise: { kind: 'boolean', default: false, help: 'Noise instead of a colour.' },
    name: { kind: 'text', default: 'dev', maxLength: 80, help: 'The name of the image.' },
  },
  sideEffects: true,
  async evaluate({ inputs, params: { side, noise, name } }, { services, publish }) {
    const data = new Uint8Array(side * side * 3).fill(Math.abs(Math.trunc(inputs.value ?? 0)) % 256);
    // Marsaglia's xorshift: the same bytes in every run.
    for (let i = 0, x = 2463534242; noise && i < data.length; i++) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      data[i] = x;
    }
    publish(await services.outputs.save({ width: side, height: side, data }, { name, temporary: false }));
    return {};
  },
});

export const devNodes: readonly UnclipNode[] = [devConstant, devAdd, devSleep, devCrash, devSave];

function stayBusy(ms: number): number {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return 0;
}

function fillHeap(): number {
  const kept: string[][] = [];
  for (;;) kept.push(Array.from({ length: 100_000 }, (_, i) => `text ${i} ${kept.length}`));
}
