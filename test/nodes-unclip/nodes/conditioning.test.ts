import { type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import {
  type Condition,
  type Conditioning,
  conditioningAverage,
  conditioningCombine,
  conditioningConcat,
  conditioningPair,
  conditioningPort,
  conditioningSetArea,
  conditioningSetImage,
  conditioningSetMask,
  conditioningSetStrength,
  conditioningSetTimestepRange,
  conditioningZeroOut,
  type Latent,
  type Mask,
  partsOf,
  textEncode,
  unetSample,
} from '@unclip-studio/nodes-unclip/testing';
import { describe, expect, test } from 'vitest';
import { encodeTestGuides, evaluateNode, openTestCheckpoint, plainPrompt } from '../../support/evaluate-node.js';

const checkpoint = await openTestCheckpoint();
const { image } = await encodeTestGuides(checkpoint);

type Given = { conditioning: Conditioning };
const encode = async (prompt: string, more: object = {}) =>
  (await evaluateNode<Given>(textEncode, { text: checkpoint.text }, { prompt, ...more })).conditioning;
const [cat, dog] = [await encode('a cat', { negativePrompt: 'fog' }), await encode('a dog', { negativePrompt: 'fog' })];

const combine = async (first: Conditioning, second: Conditioning) =>
  (await evaluateNode<Given>(conditioningCombine, { first, second })).conditioning;
const inArea = async (conditioning: Conditioning, params: object) =>
  (await evaluateNode<Given>(conditioningSetArea, { conditioning }, params)).conditioning;
const inRange = async (conditioning: Conditioning, params: object) =>
  (await evaluateNode<Given>(conditioningSetTimestepRange, { conditioning }, params)).conditioning;
const inMask = async (conditioning: Conditioning, mask: Mask, params: object = {}) =>
  (await evaluateNode<Given>(conditioningSetMask, { conditioning, mask }, params)).conditioning;
const average = async (to: Conditioning, from: Conditioning, strength: number) =>
  (await evaluateNode<Given>(conditioningAverage, { to, from }, { strength })).conditioning;

// 12 x 12 cells of the smallest checkpoint.
const SIDE = 12;

async function sample(prompt: Conditioning, params: object = {}, inputs: object = {}): Promise<Tensor> {
  const settings = { steps: 4, guidanceScale: 5, seed: 3, ...params };
  const { latent } = await evaluateNode<{ latent: Latent }>(
    unetSample,
    { unet: checkpoint.unet, prompt, image, ...inputs },
    settings,
  );
  return latent.samples;
}

function distance(a: Tensor, b: Tensor): number {
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (b.data[i] ?? 0))), 0);
}

/** The largest difference in a range of columns. */
function distanceIn(a: Tensor, b: Tensor, { from, to }: { readonly from: number; readonly to: number }): number {
  const difference = (value: number, i: number) =>
    i % SIDE >= from && i % SIDE < to ? Math.abs(value - (b.data[i] ?? 0)) : 0;
  return a.data.reduce((most, value, i) => Math.max(most, difference(value, i)), 0);
}

describe('combined prompts', () => {
  test('that are equal steer as one does, and cost no more', async () => {
    expect(await combine(cat, cat)).toEqual(cat);
  });

  test('count as often as they are connected where numbers are ComfyUI’s', async () => {
    const one = { steps: 1, guidanceScale: 1, seed: 3, scheduler: 'ddim' };
    const inputs = { first: cat, second: cat, third: dog };
    const { conditioning } = await evaluateNode<Given>(conditioningCombine, inputs, { numerics: 'comfyui' });
    const [both, first, second] = await Promise.all([sample(conditioning, one), sample(cat, one), sample(dog, one)]);

    const mean = tensor(
      first.dims,
      first.data.map((value, i) => (2 * value + (second.data[i] ?? 0)) / 3),
    );
    expect(distance(both, mean)).toBeLessThan(1e-4);
    expect(partsOf(conditioning.negative)).toHaveLength(1);
  });

  test('are averaged with the results of each', async () => {
    const one = { steps: 1, guidanceScale: 1, seed: 3, scheduler: 'ddim' };
    const [both, first, second] = await Promise.all([
      sample(await combine(cat, dog), one),
      sample(cat, one),
      sample(dog, one),
    ]);

    // A single DDIM step is linear in what the UNet predicts, within the rounding of float32.
    const mean = tensor(
      first.dims,
      first.data.map((value, i) => (value + (second.data[i] ?? 0)) / 2),
    );
    expect(distance(first, second)).toBeGreaterThan(1e-3);
    expect(distance(both, mean)).toBeLessThan(1e-4);
  });

  test('have one negative prompt where theirs are equal, and both where they differ', async () => {
    const other = await encode('a dog', { negativePrompt: 'rain' });

    expect(partsOf((await combine(cat, dog)).negative)).toHaveLength(1);
    expect(partsOf((await combine(cat, other)).negative)).toHaveLength(2);
  });

  test('have any number of images, each with its own noise', async () => {
    const prompt = await combine(cat, await inArea(dog, { left: 50 }));
    const two = await sample(prompt, { count: 2 });
    const one = await sample(prompt);

    expect(two.dims).toEqual([2, 4, SIDE, SIDE]);
    const [first, second] = [two.data.slice(0, one.data.length), two.data.slice(one.data.length)];
    expect(distance(tensor(one.dims, first), tensor(one.dims, second))).toBeGreaterThan(0.1);
  });
});

describe('an area', () => {
  test('of the whole image changes nothing', async () => {
    const all = await inArea(cat, { left: 0, top: 0, width: 100, height: 100 });

    expect(distance(await sample(all), await sample(cat))).toBeLessThan(1e-4);
  });

  test('limits a prompt to its part: a change of it changes that part the most', async () => {
    const left = { left: 0, width: 50 };
    const right = { left: 50, width: 50 };
    const one = { steps: 1, guidanceScale: 1 };
    const catAndCat = await combine(await inArea(cat, left), await inArea(cat, right));
    const catAndDog = await combine(await inArea(cat, left), await inArea(dog, right));

    const [same, other] = [await sample(catAndCat, one), await sample(catAndDog, one)];
    // The areas do not overlap, so in one step the left half knows nothing of the right one.
    expect(distanceIn(same, other, { from: 0, to: SIDE / 2 })).toBe(0);
    expect(distanceIn(same, other, { from: SIDE / 2, to: SIDE })).toBeGreaterThan(1e-3);
  });

  test('may be given in pixels', async () => {
    const inPx = await inArea(cat, { unit: 'px', left: 48, top: 0, width: 48, height: 96 });
    const inPercent = await inArea(cat, { left: 50, top: 0, width: 50, height: 100 });

    expect(await sample(inPx)).toEqual(await sample(inPercent));
  });

  test('leaves the rest to the negative prompt, and with neither says what to do', async () => {
    const left = await inArea(cat, { left: 0, width: 50 });
    const bare = (await evaluateNode<Given>(conditioningPair, { positive: left, negative: left })).conditioning;

    expect((await sample(left)).data.every(Number.isFinite)).toBe(true);
    await expect(sample(bare)).rejects.toThrow(
      'at step 1 no prompt steers some part of the image. Combine the prompt with one that has no area',
    );
  });

  test('that is empty or larger than the image is refused', async () => {
    await expect(inArea(cat, { width: 0 })).rejects.toThrow('the area is empty. Give it a width and a height.');
    await expect(inArea(cat, { width: 512 })).rejects.toThrow('512 percent is more than the image.');
  });
});

describe('a mask', () => {
  const half: Mask = {
    width: SIDE,
    height: SIDE,
    data: Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (i % SIDE < SIDE / 2 ? 255 : 0)),
  };
  const inverse: Mask = { ...half, data: half.data.map((level) => 255 - level) };

  test.each(['whole image', 'mask bounds'])('limits a prompt to the white area (%s)', async (crop) => {
    const one = { steps: 1, guidanceScale: 1 };
    const both = async (right: Conditioning) =>
      sample(await combine(await inMask(cat, half, { crop }), await inMask(right, inverse, { crop })), one);

    const [same, other] = [await both(cat), await both(dog)];
    expect(distanceIn(same, other, { from: 0, to: 4 })).toBe(0);
    expect(distanceIn(same, other, { from: SIDE / 2, to: SIDE })).toBeGreaterThan(1e-3);
  });

  test('all white changes nothing, regardless of its strength', async () => {
    const white = { ...half, data: new Uint8Array(SIDE * SIDE).fill(255) };
    const masked = await inMask(cat, white, { strength: 0.3 });

    expect(distance(await sample(masked), await sample(cat))).toBeLessThan(1e-4);
  });
});

describe('a timestep range', () => {
  test('from beginning to end changes nothing', async () => {
    expect(distance(await sample(await inRange(cat, {})), await sample(cat))).toBeLessThan(1e-5);
  });

  test('in two halves is the change of a prompt at that step', async () => {
    // Trailing steps of 4: timesteps 999, 749, 499, 249.
    const settings = { timestepSpacing: 'trailing' };
    const ranged = await combine(await inRange(cat, { end: 0.4 }), await inRange(dog, { start: 0.4 }));
    const changed = await sample(cat, { ...settings, changeAt: 2 }, { laterPrompt: dog });

    expect(distance(await sample(ranged, settings), changed)).toBeLessThan(1e-4);
    expect(distance(await sample(cat, settings), changed)).toBeGreaterThan(1e-2);
  });

  test('that ends before it begins is refused', async () => {
    await expect(inRange(cat, { start: 0.5, end: 0.4 })).rejects.toThrow(
      'Set Prompt Timestep Range: the end 0.4 is before the start 0.5. Raise the end.',
    );
  });
});

test('an average with strength 1 is the one prompt, with 0 the other, and in between the mean of their states', async () => {
  expect(await average(cat, dog, 1)).toEqual(cat);
  expect((await average(cat, dog, 0)).positive).toEqual(dog.positive);
  const [between, a, b] = [await average(cat, dog, 0.25), cat, dog].map(plainPrompt);
  const expected = a?.positive.data.map((value, i) => 0.25 * value + 0.75 * (b?.positive.data[i] ?? 0));
  for (const [i, value] of (between?.positive.data ?? []).entries()) {
    expect(value).toBeCloseTo(expected?.[i] ?? Number.NaN, 5);
  }
});

test('concatenated prompts are the tokens of one followed by those of the other', async () => {
  const { conditioning } = await evaluateNode<Given>(conditioningConcat, { first: cat, second: dog });
  const [both, first, second] = [conditioning, cat, dog].map((one) => plainPrompt(one).positive);

  expect(both?.dims[1]).toBe(2 * (first?.dims[1] ?? 0));
  expect([...(both?.data ?? [])]).toEqual([...(first?.data ?? []), ...(second?.data ?? [])]);
});

test('zeroed prompts are zeros on the selected side', async () => {
  const zeroed = async (side: string) =>
    plainPrompt((await evaluateNode<Given>(conditioningZeroOut, { conditioning: cat }, { side })).conditioning);
  const isZero = ({ data }: Tensor) => data.every((value) => value === 0);

  expect([isZero((await zeroed('negative')).positive), isZero((await zeroed('negative')).negative)]).toEqual([
    false,
    true,
  ]);
  expect([isZero((await zeroed('positive')).positive), isZero((await zeroed('positive')).negative)]).toEqual([
    true,
    false,
  ]);
  expect([isZero((await zeroed('both')).positive), isZero((await zeroed('both')).negative)]).toEqual([true, true]);
});

describe('brackets in a prompt', () => {
  const brackets = { schedule: 'brackets' };

  test.each(['[cat:dog:0.5]', '[cat:dog:2]'])('%s is the change of the prompt halfway', async (words) => {
    const scheduled = await encode(`a ${words}`, { ...brackets, negativePrompt: 'fog' });
    const changed = await sample(cat, { changeAt: 2 }, { laterPrompt: dog });

    expect(distance(await sample(scheduled), changed)).toBeLessThan(1e-5);
    expect(distance(await sample(cat), changed)).toBeGreaterThan(1e-3);
  });

  test('count the steps that denoise leaves out, like a sampler that continues', async () => {
    const scheduled = await encode('a [cat:dog:0.5]', { ...brackets, negativePrompt: 'fog' });
    const latent: Latent = { samples: tensor([1, 4, SIDE, SIDE], new Float32Array(4 * SIDE * SIDE)) };
    const settings = { denoise: 0.5 };

    const fromHalf = await sample(scheduled, settings, { latent });
    expect(distance(fromHalf, await sample(dog, settings, { latent }))).toBeLessThan(1e-5);
  });

  test('[cat|dog] alternates', async () => {
    const turns = await encode('a [cat|dog]', { ...brackets, negativePrompt: 'fog' });
    const inTurn = await sample(turns, { steps: 2 });

    expect(distance(inTurn, await sample(cat, { steps: 2, changeAt: 1 }, { laterPrompt: dog }))).toBeLessThan(1e-5);
  });

  test('are characters where they are switched off, and make no parts where there are none', async () => {
    expect(await encode('a [cat:dog:0.5]')).toEqual(await encode('a \\[cat:dog:0.5\\]', brackets));
    expect(await encode('a cat', brackets)).toEqual(await encode('a cat'));
  });
});

test('deep layers that are reused do not mix the prompts', async () => {
  const prompt = await combine(await inRange(cat, { end: 0.5 }), await inRange(dog, { start: 0.3 }));
  const reused = await sample(prompt, { steps: 6, deepEvery: 2 });

  expect(reused.data.every(Number.isFinite)).toBe(true);
  // Not exact, but nearer to the exact image than to another one.
  const exact = await sample(prompt, { steps: 6 });
  expect(distance(reused, exact)).toBeLessThan(distance(await sample(dog, { steps: 6 }), exact));
});

describe('an image of a prompt', () => {
  const ofImage = async (conditioning: Conditioning, condition: Condition) =>
    (await evaluateNode<Given>(conditioningSetImage, { conditioning, image: condition })).conditioning;
  const draw = async (prompt: Conditioning, more: object) =>
    (
      await evaluateNode<{ latent: Latent }>(
        unetSample,
        { unet: checkpoint.unet, prompt, ...more },
        { steps: 2, width: 96, height: 96, guidanceScale: 4, scheduler: 'euler' },
      )
    ).latent.samples.data;

  test('alone works like the image of a sampler, also where another one is connected', async () => {
    const own = await ofImage(cat, image);
    const other = {
      ...image,
      classLabels: tensor(
        image.classLabels.dims,
        image.classLabels.data.map((x) => -x),
      ),
    };

    const [found, withOther, expected] = [
      await draw(own, {}),
      await draw(own, { image: other }),
      await draw(cat, { image }),
    ];

    expect(Array.from(found)).toEqual(Array.from(withOther));
    expect(found.every((value, i) => Math.abs(value - (expected[i] as number)) < 1e-4)).toBe(true);
  });

  test('is stored with results, and prompts that differ only in it are two', async () => {
    const own = await ofImage(cat, image);
    const both = await combine(cat, own);
    const kept = conditioningPort.codec.encode(both);
    const fail = () => Promise.reject(new Error('no models'));
    const noModels = { rebind: fail, rebindModel: fail };

    expect(partsOf(both.positive)).toHaveLength(2);
    expect(await conditioningPort.codec.decode(kept as never, noModels)).toEqual(both);
  });
});

test('a prompt counts with its strength among others, and alone as before', async () => {
  const weak = (await evaluateNode<Given>(conditioningSetStrength, { conditioning: cat }, { strength: 0.5 }))
    .conditioning;

  expect(partsOf((await combine(weak, dog)).positive).map(({ strength }) => strength)).toEqual([0.5, 1]);
  expect(partsOf(weak.positive)[0]?.states).toEqual(cat.positive);
});
