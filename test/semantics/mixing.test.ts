import { expect, test } from 'vitest';
import { Painter } from '../support/mixing-semantics.js';
import { randomTensor } from '../support/random-tensor.js';

test('at strength 0 an image has no effect: the result is that without an image, bit for bit', async () => {
  const painter = await Painter.open(8);
  const { embeds: space } = painter.checkpoint.vision;
  const embed = { rows: randomTensor([1, space.width], 5), space };
  const { condition, generator } = await painter.guide(embed, { strength: 0, seed: 4 });
  const whole = await painter.guide(embed, { seed: 4 });

  const none = await painter.sample({ image: condition, generator }, { count: 2 });
  const without = await painter.sample({ generator }, { count: 2 });
  const guided = await painter.sample({ image: whole.condition, generator }, { count: 2 });

  expect(none).toEqual(without);
  expect(guided).not.toEqual(without);
});
