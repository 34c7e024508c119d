import { type Embed, tensor } from '@unclip-studio/nodes-unclip';
import { BlendError, blendEmbeds, ShapeError } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';
import { evaluateNode } from '../../support/evaluate-node.js';

function embed(...rows: readonly (readonly number[])[]): Embed {
  const space = { name: 'h' } as Embed['space'];
  return { rows: tensor([rows.length, rows[0]?.length ?? 0], Float32Array.from(rows.flat())), space };
}

async function blend(inputs: object, params: object = {}): Promise<readonly number[]> {
  const { embed: mixed } = await evaluateNode<{ embed: Embed }>(blendEmbeds, inputs, params);
  return [...mixed.rows.data].map((value) => Math.round(value * 1e5) / 1e5 + 0);
}

const [x, y] = [embed([4, 0]), embed([0, 2])];

test('weights count by their share', async () => {
  expect(await blend({ embed1: x, embed2: y })).toEqual([2, 1]);
  expect(await blend({ embed1: x, embed2: y }, { weight1: 3 })).toEqual([3, 0.5]);
  expect(await blend({ embed1: x, embed8: y }, { weight8: 0 })).toEqual([4, 0]);
});

test('without sharing out they are strengths, also below 0', async () => {
  expect(await blend({ embed1: x }, { normalize: false, weight1: 0.5 })).toEqual([2, 0]);
  expect(await blend({ embed2: x, embed3: y }, { normalize: false, weight3: -1 })).toEqual([4, -2]);
});

test('spherical interpolation rotates from one to the other and keeps the length between them', async () => {
  const [a = 0, b = 0] = await blend({ embed1: x, embed2: y }, { mode: 'spherical' });

  expect(Math.hypot(a, b)).toBeCloseTo(3, 4);
  expect(Math.atan2(b, a)).toBeCloseTo(Math.PI / 4, 4);
  expect(await blend({ embed1: x, embed2: y }, { mode: 'spherical', weight2: 0 })).toEqual([4, 0]);
  expect(await blend({ embed1: x, embed2: y }, { mode: 'spherical', weight1: 0 })).toEqual([0, 2]);
  expect(await blend({ embed1: x, embed2: x }, { mode: 'spherical' })).toEqual([4, 0]);
});

test('one row goes with each of several', async () => {
  expect(await blend({ embed1: embed([2, 2], [4, 4]), embed2: embed([0, 0]) })).toEqual([1, 1, 2, 2]);
});

test('what cannot be mixed is refused', async () => {
  await expect(blend({})).rejects.toThrow(
    new BlendError('BlendEmbeds: expected at least one embed, got none. Connect one.'),
  );
  await expect(blend({ embed1: x, embed3: embed([1, 2, 3]) })).rejects.toThrow(
    new BlendError(
      'BlendEmbeds: embed3 of "h" is 3 wide, the first one of "h" 2. Take the embeddings of one CLIP model.',
    ),
  );
  await expect(blend({ embed1: x, embed2: y }, { weight2: -1 })).rejects.toThrow('the weights add up to 0');
  await expect(blend({ embed1: x, embed2: y }, { mode: 'spherical', weight2: -1 })).rejects.toThrow(BlendError);
  await expect(blend({ embed1: embed([1], [2]), embed2: embed([1], [2], [3]) })).rejects.toThrow(ShapeError);
});
