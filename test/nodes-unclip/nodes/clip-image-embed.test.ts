import type { Embed, RgbImage } from '@unclip-studio/nodes-unclip';
import { clipImageEmbed, resizeBicubic } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';
import { evaluateNode, openTestCheckpoint } from '../../support/evaluate-node.js';

// That embeddings match transformers is tested in test/parity, stage image_encoder.

const checkpoint = await openTestCheckpoint();
const side = checkpoint.vision.preprocess.shortestEdge;
// Its left third is white, the rest is black: what is cropped away counts.
const wide: RgbImage = {
  width: 3 * side,
  height: side,
  data: Uint8Array.from({ length: 9 * side * side }, (_, i) => (Math.floor(i / 3) % (3 * side) < side ? 255 : 0)),
};

const embed = async (image: RgbImage, params: object = {}) => {
  const inputs = { vision: checkpoint.vision, image: [image] };
  return (await evaluateNode<{ embed: Embed }>(clipImageEmbed, inputs, params)).embed.rows;
};

test('sees the square in the middle, or all of the image squashed to one', async () => {
  const cropped = await embed(wide);
  const squashed = await embed(wide, { crop: 'none' });

  expect(cropped).toEqual(await embed({ width: side, height: side, data: new Uint8Array(3 * side * side) }));
  expect(squashed).toEqual(await embed(resizeBicubic(wide, side, side)));
  expect(squashed).not.toEqual(cropped);
});
