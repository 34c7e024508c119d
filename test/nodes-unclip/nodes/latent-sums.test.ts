import { tensor } from '@unclip-studio/nodes-unclip';
import {
  type Latent,
  latentBatch,
  latentFromBatch,
  latentMultiply,
  latentSum,
} from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';
import { evaluateNode } from '../../support/evaluate-node.js';

/** One row and two channels of so many adjacent cells. */
const latentOf = (...planes: readonly (readonly number[])[]): Latent => ({
  samples: tensor([1, planes.length, 1, planes[0]?.length ?? 0], Float32Array.from(planes.flat())),
});

const sum = async (first: Latent, second: Latent, params: object) =>
  (await evaluateNode<{ latent: Latent }>(latentSum, { first, second }, params)).latent.samples;

const A = latentOf([3, 0, 1], [4, 0, 0]);
const B = latentOf([0, 0, -1], [5, 2, 0]);

test.each([
  ['add', [3, 0, 0, 9, 2, 0]],
  ['subtract', [3, 0, 2, -1, -2, 0]],
] as const)('%s goes value by value', async (operation, expected) => {
  expect([...(await sum(A, B, { operation })).data]).toEqual(expected);
});

test('an interpolation mixes directions and lengths by themselves; opposite directions leave nothing', async () => {
  const half = (await sum(A, B, { operation: 'interpolate', share: 0.5 })).data;

  // 0.5 (0.6, 0.8) + 0.5 (0, 1) is (0.3, 0.9); both are 5 long. A cell of zeros has no direction, and a length of 0.
  const length = Math.hypot(0.3, 0.9);
  const expected = [(5 * 0.3) / length, 0, 0, (5 * 0.9) / length, 1, 0];
  for (const [i, value] of expected.entries()) expect(half[i]).toBeCloseTo(value, 6);
  expect([...(await sum(A, B, { operation: 'interpolate', share: 1 })).data]).toEqual([...A.samples.data]);
});

test('the second one is brought to the size of the first, its middle cut out, and repeated for each of its images', async () => {
  const rows: Latent = { samples: tensor([3, 1, 1, 2], Float32Array.of(1, 2, 3, 4, 5, 6)) };
  const pair: Latent = { samples: tensor([2, 1, 1, 2], Float32Array.of(10, 20, 30, 40)) };
  const wide: Latent = { samples: tensor([1, 1, 1, 4], Float32Array.of(9, 7, 8, 9)) };

  expect([...(await sum(rows, pair, { operation: 'add' })).data]).toEqual([11, 22, 33, 44, 15, 26]);
  expect([...(await sum(pair, wide, { operation: 'add' })).data]).toEqual([17, 28, 37, 48]);
});

test('a batch of both has the images of the first and then those of the second; multiplied, each value is', async () => {
  const inputs = { first: A, second: B };
  const both = (await evaluateNode<{ latent: Latent }>(latentBatch, inputs)).latent.samples;
  const weaker = await evaluateNode<{ latent: Latent }>(latentMultiply, { latent: A }, { factor: -0.5 });

  expect(both.dims).toEqual([2, 2, 1, 3]);
  expect([...both.data]).toEqual([...A.samples.data, ...B.samples.data]);
  expect([...weaker.latent.samples.data]).toEqual([...A.samples.data].map((value) => -0.5 * value));
});

test('some of a batch are selected unchanged, the last one if the first of them is beyond the end', async () => {
  const latent: Latent = { samples: tensor([3, 1, 1, 2], Float32Array.of(1, 2, 3, 4, 5, 6)) };
  const taken = async (params: object) =>
    (await evaluateNode<{ latent: Latent }>(latentFromBatch, { latent }, params)).latent.samples;

  expect((await taken({ first: 1, count: 2 })).dims).toEqual([2, 1, 1, 2]);
  expect([...(await taken({ first: 1, count: 2 })).data]).toEqual([3, 4, 5, 6]);
  expect([...(await taken({ first: 2, count: 9 })).data]).toEqual([5, 6]);
  expect([...(await taken({ first: 7, count: 1 })).data]).toEqual([5, 6]);
});
