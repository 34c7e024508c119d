import type { RgbImage } from '@unclip-studio/nodes-unclip';
import { imageToMask, type Mask } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';
import { evaluateNode } from '../../support/evaluate-node.js';

// White, black, red, a grey.
const image: RgbImage = {
  width: 4,
  height: 1,
  data: Uint8Array.of(255, 255, 255, 0, 0, 0, 255, 0, 0, 100, 100, 100),
};

const levels = async (params: object) => {
  const { mask } = await evaluateNode<{ mask: Mask }>(imageToMask, { image: [image] }, params);
  return [...mask.data];
};

test.each([
  [{}, [255, 0, 76, 100]],
  [{ invert: true }, [0, 255, 179, 155]],
  [{ channel: 'red' }, [255, 0, 255, 100]],
  [{ channel: 'blue' }, [255, 0, 0, 100]],
  [{ threshold: 0.35 }, [255, 0, 0, 255]],
  [{ threshold: 0.35, invert: true }, [0, 255, 255, 0]],
])('%j gives %j', async (params, expected) => {
  expect(await levels(params)).toEqual(expected);
});
