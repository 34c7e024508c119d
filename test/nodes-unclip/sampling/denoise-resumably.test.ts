import { type SamplingStates, type SchedulerName, type StoredValue, tensor } from '@unclip-studio/nodes-unclip';
import {
  type DenoiseRequest,
  denoiseResumably,
  type Guide,
  type Guides,
  type PromptPart,
  RandomStream,
  SCHEDULER_CLASSES,
  schedulerFor,
  spreadGuides,
} from '@unclip-studio/nodes-unclip/testing';
import { createResultStore, createSamplingStates } from '@unclip-studio/server';
import { describe, expect, test } from 'vitest';
import { inLongSuite } from '../../support/long-suite.js';
import { tempFolder } from '../../support/temp-folder.js';

// Real schedulers, real random numbers and a real store; a simple function replaces the UNet.

const CONFIG = {
  _class_name: 'DDIMScheduler',
  beta_schedule: 'scaled_linear',
  beta_start: 0.00085,
  beta_end: 0.012,
  num_train_timesteps: 1000,
  prediction_type: 'v_prediction',
  clip_sample: false,
};
const STEPS = 20;
const DIMS = [1, 4, 6, 6];
/** How far a run comes before it is ended. */
const ENDED_AFTER = 13;

const ONE_CALL_A_STEP: readonly SchedulerName[] = [
  ...(['ddim', 'ddpm', 'dpmpp-2m', 'dpmpp-2m-sde', 'euler', 'euler-a', 'lms', 'unipc', 'deis'] as const),
];
const ALL = Object.keys(SCHEDULER_CLASSES) as readonly SchedulerName[];

interface Attempt {
  readonly asked: readonly number[];
  readonly samples?: Float32Array;
  readonly state?: unknown;
}

function guide(dims: readonly number[], guided: readonly number[], unguided?: readonly number[]): Guide {
  const values = (numbers: readonly number[]) => tensor(dims, Float32Array.from(numbers));
  return { label: 'guide', guided: values(guided), unguided: unguided === undefined ? null : values(unguided) };
}

function guidesWith({ prompt = 0.5, negative = 0, image = [1, 2, 3, 4] }): Guides {
  const states = (value: number) => Array<number>(6).fill(value);
  const inputs = {
    encoder_hidden_states: guide([1, 2, 3], states(prompt), states(negative)),
    class_labels: guide([1, 4], image),
  };
  return { inputs, guidanceScale: 3 };
}

const GUIDES = guidesWith({});

type Changes = Partial<DenoiseRequest> & {
  readonly endAfter?: number;
  /** Each of which has a random stream, if there are several. */
  readonly images?: number;
};

/** One run from its beginning, as a new process would do it. */
async function sample(
  name: SchedulerName,
  states: SamplingStates | undefined,
  { endAfter = Number.POSITIVE_INFINITY, images = 1, ...changes }: Changes = {},
): Promise<Attempt> {
  const scheduler = schedulerFor({ scheduler: CONFIG }, { scheduler: name, steps: STEPS, eta: 0.5 });
  const generator = images === 1 ? RandomStream.fromSeed(5) : RandomStream.perImage(5, images);
  const latents = tensor(
    [images, ...DIMS.slice(1)],
    generator.randn(144 * images, images).map((value) => value * scheduler.initNoiseSigma),
  );
  const asked: number[] = [];
  const request: DenoiseRequest = {
    scheduler,
    latents,
    guides: spreadGuides(GUIDES, images, 1),
    randn: (count) => generator.randn(count, images),
    async predict({ sample: { dims, data }, timestep }) {
      asked.push(timestep);
      return tensor(
        dims,
        data.map((value, i) => Math.sin(value * 3 + i + timestep / 100)),
      );
    },
    onStep(step) {
      if (step === endAfter) throw new Error('the process ends');
    },
    signal: new AbortController().signal,
    ...changes,
  };
  try {
    const samples = await denoiseResumably({ states, generator, decidedBy: [name] }, request);
    return { asked, samples: samples.data, state: generator.state() };
  } catch {
    return { asked };
  }
}

function statesIn(folder: string) {
  const store = createResultStore({ folder, maxBytes: 1e9 });
  return { store, states: createSamplingStates(store) };
}

describe.each(ALL)('%s', (name) => {
  test.each([2, ...inLongSuite([1])])(
    'an interrupted run of %i continues from its last state, to the same bytes',
    async (images) => {
      const folder = tempFolder();
      const undisturbed = await sample(name, undefined, { images });
      const { store, states } = statesIn(folder);
      await sample(name, states, { images, endAfter: ENDED_AFTER });
      await store.flush();

      const resumed = await sample(name, statesIn(folder).states, { images });

      // A state is left at every tenth of the calls, of which some schedulers make up to twice as many as steps.
      const interval = Math.ceil(undisturbed.asked.length / 10);
      const lastState = Math.floor((ENDED_AFTER - 1) / interval) * interval;
      expect(resumed.asked).toEqual(undisturbed.asked.slice(lastState));
      expect(resumed.samples).toEqual(undisturbed.samples);
      expect(resumed.state).toEqual(undisturbed.state);
    },
  );
});

test('every scheduler gives the same with states as without', async () => {
  for (const name of ALL) {
    const { store, states } = statesIn(tempFolder());

    const [plain, kept, again] = [
      await sample(name, undefined),
      await sample(name, states),
      await store.flush().then(() => sample(name, states)),
    ];

    expect([name, kept.samples, kept.state]).toEqual([name, plain.samples, plain.state]);
    expect([name, again.samples, again.state]).toEqual([name, plain.samples, plain.state]);
    expect([name, again.asked.length < plain.asked.length]).toEqual([name, true]);
  }
});

test.each([
  ['another guidance', { guides: { ...GUIDES, guidanceScale: 4 } }],
  ['another prompt', { guides: guidesWith({ prompt: 0.25 }) }],
  ['another negative prompt', { guides: guidesWith({ negative: 0.25 }) }],
  ['another image', { guides: guidesWith({ image: [1, 2, 3, 5] }) }],
  ['a guide that was added', { guides: { ...GUIDES, inputs: { ...GUIDES.inputs, control: guide([1, 1], [0]) } } }],
  ['other noise', { latents: tensor(DIMS, new Float32Array(144).fill(0.1)) }],
])('%s starts again', async (_, changes) => {
  const { store, states } = statesIn(tempFolder());
  await sample('ddim', states);
  await store.flush();

  const { asked } = await sample('ddim', states, changes);

  expect(asked).toHaveLength(STEPS);
});

describe('prompts of parts', () => {
  const mask = { width: 2, height: 2, data: Uint8Array.of(0, 255, 255, 0) };
  const part: PromptPart = {
    states: tensor([1, 2, 3], new Float32Array(6).fill(2)),
    strength: 0.5,
    area: { unit: 'share', left: 0.5, top: 0, width: 0.5, height: 1 },
    mask: { mask, strength: 0.7, cropsToMask: false },
    periods: [{ share: { from: 0, to: 0.6 }, turn: { index: 0, of: 2 } }],
  };
  const whole: PromptPart = {
    ...part,
    states: tensor([1, 2, 3], new Float32Array(6)),
    area: null,
    mask: null,
    periods: null,
  };
  const { encoder_hidden_states: _, ...inputs } = GUIDES.inputs;
  const withPart = (changes: Partial<PromptPart>): { readonly guides: Guides } => ({
    guides: {
      ...{ inputs, guidanceScale: 3 },
      prompts: { label: 'prompt', pixelsPerCell: 8, guided: [whole, { ...part, ...changes }], unguided: [whole] },
    },
  });

  test('continue after an interruption to the same bytes, at the steps they would have had', async () => {
    const { store, states } = statesIn(tempFolder());
    const undisturbed = await sample('dpmpp-2m', undefined, withPart({}));
    await sample('dpmpp-2m', states, { ...withPart({}), endAfter: 7 });
    await store.flush();

    const resumed = await sample('dpmpp-2m', states, withPart({}));

    expect(resumed.asked.length).toBeLessThan(undisturbed.asked.length);
    expect(resumed.samples).toEqual(undisturbed.samples);
  });

  test.each([
    ['other states', { states: tensor([1, 2, 3], new Float32Array(6).fill(1)) }],
    ['another strength', { strength: 0.6 }],
    ['another area', { area: { unit: 'share' as const, left: 0.5, top: 0, width: 0.5, height: 0.5 } }],
    ['another unit', { area: { unit: 'px' as const, left: 0.5, top: 0, width: 0.5, height: 1 } }],
    [
      'another mask',
      { mask: { mask: { ...mask, data: Uint8Array.of(0, 255, 255, 1) }, strength: 0.7, cropsToMask: false } },
    ],
    ['another strength of the mask', { mask: { mask, strength: 0.8, cropsToMask: false } }],
    ['another crop', { mask: { mask, strength: 0.7, cropsToMask: true } }],
    ['another share of the steps', { periods: [{ share: { from: 0, to: 0.7 }, turn: { index: 0, of: 2 } }] }],
    ['another turn', { periods: [{ share: { from: 0, to: 0.6 }, turn: { index: 1, of: 2 } }] }],
    ['no mask', { mask: null }],
  ])('%s start again', async (_, changes) => {
    const { store, states } = statesIn(tempFolder());
    await sample('ddim', states, withPart({}));
    await store.flush();
    const anew = await sample('ddim', undefined, withPart(changes));

    const { asked } = await sample('ddim', states, withPart(changes));

    expect(asked).toHaveLength(anew.asked.length);
  });
});

test('a damaged state is passed over for the one before it', async () => {
  const { store, states } = statesIn(tempFolder());
  const undisturbed = await sample('dpmpp-2m', undefined);
  await sample('dpmpp-2m', states, { endAfter: ENDED_AFTER });
  await store.flush();
  let reads = 0;
  const damaged: SamplingStates = {
    ...states,
    async read(name): Promise<StoredValue | undefined> {
      return reads++ === 0 ? undefined : states.read(name);
    },
  };

  const resumed = await sample('dpmpp-2m', damaged);

  expect(resumed.asked).toHaveLength(STEPS - 10);
  expect(resumed.samples).toEqual(undisturbed.samples);
});

describe('the later settings', () => {
  const guides: Guides = { ...guidesWith({ prompt: 2, image: [4, 3, 2, 1] }), guidanceScale: 6 };
  const later = { fromCall: 9, guides };

  test.each(ONE_CALL_A_STEP)('begins at its step, and nothing before it is drawn again: %s', async (name) => {
    const { store, states } = statesIn(tempFolder());
    const undisturbed = await sample(name, undefined, { later });
    await sample(name, states);
    await store.flush();

    const forked = await sample(name, states, { later });
    await store.flush();
    const other = await sample(name, states, { later: { ...later, guides: { ...guides, guidanceScale: 7 } } });

    // The plain run left a state at its 8th call; the first that changed one at the 9th, where the ways part.
    expect([forked.asked.length, other.asked.length]).toEqual([STEPS - 8, STEPS - 9]);
    expect(forked.samples).toEqual(undisturbed.samples);
    expect(forked.state).toEqual(undisturbed.state);
    expect(other.samples).not.toEqual(forked.samples);
  });

  test('change the UNet’s inputs from that call on, and not before', async () => {
    const asked: (readonly [number, number])[] = [];
    await sample('ddim', undefined, {
      later,
      async predict({ sample: { dims, data }, guides: { class_labels: image, encoder_hidden_states: prompt } }) {
        asked.push([image?.data.at(-1) ?? 0, prompt?.data.at(-1) ?? 0]);
        return tensor(dims, data);
      },
    });

    expect(asked).toEqual([...Array(9).fill([4, 0.5]), ...Array(STEPS - 9).fill([1, 2])]);
  });
});

describe('what models run on', () => {
  test('is part of a state: another device, or precision, does not continue with it', async () => {
    const { store } = statesIn(tempFolder());
    const on = (device: string) => createSamplingStates(store, async () => device);
    await sample('euler', on('webgpu float16'), { endAfter: ENDED_AFTER });
    await store.flush();

    const elsewhere = await sample('euler', on('cpu'));
    const again = await sample('euler', on('webgpu float16'));

    expect(elsewhere.asked).toHaveLength(STEPS);
    expect(again.asked.length).toBeLessThan(STEPS);
  });

  test('may change on the way; from then on no state is left, since it is of neither device', async () => {
    let device = 'webgpu';
    const states = createSamplingStates(statesIn(tempFolder()).store, async () => device);
    const written: string[] = [];
    const watched: SamplingStates = {
      ...states,
      write(name, value) {
        written.push(name);
        states.write(name, value);
      },
    };
    let calls = 0;

    await sample('euler', watched, {
      async predict({ sample: { dims, data } }) {
        if (++calls === 9) device = 'cpu';
        return tensor(dims, data.slice());
      },
    });

    // After the steps 2, 4, 6 and 8.
    expect(written).toHaveLength(4);
  });
});
