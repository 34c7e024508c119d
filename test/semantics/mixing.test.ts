import { beforeAll, expect, test } from 'vitest';
import { measureHalfway, measureSecondPass, Painter } from '../support/mixing-semantics.js';
import { randomTensor } from '../support/random-tensor.js';

let painter: Painter;

beforeAll(async () => {
  painter = await Painter.open(8);
});

test('half way between two pictures the results have something of both, and are neither', async () => {
  const { between, betweenAlone, meanPlace } = await measureHalfway(painter, 4);

  expect(between).toBeGreaterThan(0.45);
  expect(betweenAlone).toBeLessThan(0.15);
  expect(Math.abs(meanPlace - 0.5)).toBeLessThan(0.2);
}, 180_000);

test('a second pass keeps what the first one drew, where it drew it', async () => {
  const { nearestIsOwn, chance } = await measureSecondPass(painter, 3);

  expect(chance).toBeCloseTo(1 / 3);
  expect(nearestIsOwn).toBeGreaterThan(0.85);
}, 180_000);

test('at strength 0 a picture says nothing: the result is that of no picture, to the bit', async () => {
  const embed = { rows: randomTensor([1, painter.checkpoint.embedDim], 5), checkpoint: painter.checkpoint };
  const { condition, generator } = await painter.guide(embed, { strength: 0, seed: 4 });
  const whole = await painter.guide(embed, { seed: 4 });

  const none = await painter.sample({ image: condition, generator }, { count: 2 });
  const without = await painter.sample({ generator }, { count: 2 });
  const led = await painter.sample({ image: whole.condition, generator }, { count: 2 });

  expect(none).toEqual(without);
  expect(led).not.toEqual(without);
});
