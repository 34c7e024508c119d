import { type Embed, tensor } from '@unclip-studio/nodes-unclip';
import { BlendError, interpolateEmbedsNode } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';
import { evaluateNode } from '../../support/evaluate-node.js';

function embed(...rows: readonly (readonly number[])[]): Embed {
  const space = { name: 'h' } as Embed['space'];
  return { rows: tensor([rows.length, rows[0]?.length ?? 0], Float32Array.from(rows.flat())), space };
}

async function way(inputs: object, params: object = {}): Promise<readonly number[][]> {
  const { embed: made } = await evaluateNode<{ embed: Embed }>(interpolateEmbedsNode, inputs, params);
  const [n = 0, d = 0] = made.rows.dims;
  const round = (value: number) => Math.round(value * 1e5) / 1e5 + 0;
  return Array.from({ length: n }, (_, row) => [...made.rows.data.slice(row * d, (row + 1) * d)].map(round));
}

const [x, y] = [embed([4, 0]), embed([0, 4])];

test('the frames go in equal steps from the first image to the last', async () => {
  const params = { mode: 'linear', frames: 5 };

  expect(await way({ embed1: x, embed2: y }, params)).toEqual([
    [4, 0],
    [3, 1],
    [2, 2],
    [1, 3],
    [0, 4],
  ]);
});

test('a loop returns to the start, and shows no frame twice', async () => {
  const frames = await way({ embed1: x, embed4: y }, { mode: 'linear', frames: 4, loop: true });

  expect(frames).toEqual([
    [4, 0],
    [2, 2],
    [0, 4],
    [2, 2],
  ]);
});

test('on the arc the length stays', async () => {
  const frames = await way({ embed1: x, embed2: y }, { frames: 7 });

  for (const [i, [a = 0, b = 0]] of frames.entries()) {
    expect(Math.hypot(a, b)).toBeCloseTo(4, 4);
    expect(Math.atan2(b, a)).toBeCloseTo((i / 6) * (Math.PI / 2), 4);
  }
});

test('several embeddings of one input are stops like others', async () => {
  const stops = embed([0, 0], [2, 0]);

  const apart = { embed1: embed([0, 0]), embed2: embed([2, 0]), embed3: y };
  const params = { mode: 'linear', frames: 9 };

  expect(await way({ embed1: stops, embed2: y }, params)).toEqual(await way(apart, params));
  expect(await way({ embed3: stops }, params)).toHaveLength(9);
});

test('invalid paths are rejected', async () => {
  await expect(way({ embed1: x })).rejects.toThrow(
    new BlendError('InterpolateEmbeds: expected at least two embeddings to go between, got 1. Connect another one.'),
  );
  await expect(way({ embed1: x, embed2: embed([1, 2, 3]) })).rejects.toThrow(
    new BlendError(
      'InterpolateEmbeds: expected embeddings of one width, got embed1 of "h" 2, embed2 of "h" 3. Use embeddings of the same CLIP model.',
    ),
  );
});
