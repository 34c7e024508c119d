import { type RgbImage, type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import {
  emptyImage,
  featherMaskNode,
  growMaskNode,
  imageBatch,
  imageBlend,
  imageBlur,
  imageComposite,
  imageFromBatch,
  imageInvert,
  imagePadForOutpaint,
  imageRepeat,
  imageResize,
  imageScaleToTotalPixels,
  imageSharpen,
  invertMask,
  type Latent,
  latentBlend,
  latentComposite,
  latentCrop,
  latentFlip,
  latentRotate,
  type Mask,
  maskComposite,
  maskResize,
  maskToImage,
  solidMask,
} from '@unclip-studio/nodes-unclip/testing';
import { describe, expect, test } from 'vitest';
import { evaluateNode } from '../../support/evaluate-node.js';

type Node = Parameters<typeof evaluateNode>[0];
const imagesOf = async (node: Node, inputs: object, params: object = {}) =>
  (await evaluateNode<{ image: readonly RgbImage[] }>(node, inputs, params)).image;
const maskOf = async (node: Node, inputs: object, params: object = {}) =>
  (await evaluateNode<{ mask: Mask }>(node, inputs, params)).mask;
const latentOf = async (node: Node, inputs: object, params: object = {}) =>
  (await evaluateNode<{ latent: Latent }>(node, inputs, params)).latent.samples;

/** Grey, one level a pixel. */
function grey(rows: readonly (readonly number[])[]): RgbImage {
  const levels = rows.flat().flatMap((level) => [level, level, level]);
  return { width: rows[0]?.length ?? 0, height: rows.length, data: Uint8Array.from(levels) };
}

function rowsOf({ width, data }: RgbImage): readonly (readonly number[])[] {
  const levels = [...data].filter((_, i) => i % 3 === 0);
  return Array.from({ length: levels.length / width }, (_, y) => levels.slice(y * width, (y + 1) * width));
}

function mask(rows: readonly (readonly number[])[]): Mask {
  return { width: rows[0]?.length ?? 0, height: rows.length, data: Uint8Array.from(rows.flat()) };
}

function maskRows({ width, data }: Mask): readonly (readonly number[])[] {
  return Array.from({ length: data.length / width }, (_, y) => [...data.slice(y * width, (y + 1) * width)]);
}

describe('images', () => {
  test('scaled to total pixels keep their proportions, as ComfyUI rounds them', async () => {
    const [one] = await imagesOf(
      imageScaleToTotalPixels,
      { image: [grey(Array(30).fill(Array(50).fill(9)))] },
      { megapixels: 0.01 },
    );

    // sqrt(0.01 * 1024 * 1024 / 1500) = 2.6440...
    expect([one?.width, one?.height]).toEqual([132, 79]);
  });

  test('scaling to megapixels as in ComfyUI equals resizing to that size, and sizes are Python’s', async () => {
    const image = [grey([[...Array(5).fill(200), 7], ...Array(2).fill(Array(6).fill(30))])];
    const scaled = (params: object) =>
      evaluateNode<{ image: readonly RgbImage[] }>(imageScaleToTotalPixels, { image }, { megapixels: 0.01, ...params });

    for (const filter of ['nearest-exact', 'bilinear', 'area', 'bicubic', 'lanczos']) {
      const params = { filter, numerics: 'comfyui' };
      // int(0.01 * 1048576) = 10485, and sqrt(10485 / 18) = 24.135...
      const size = { width: 145, height: 72 };
      const resized = await evaluateNode(imageResize, { image }, { ...params, ...size });
      expect(await scaled(params)).toEqual(resized);
      expect(await scaled({ filter })).toEqual(await evaluateNode(imageResize, { image }, { filter, ...size }));
    }
    // A quarter of the pixels: round(2.5) is 2 in Python.
    const flat = [{ width: 5, height: 20, data: new Uint8Array(300) }];
    const sizes = await evaluateNode<{ image: readonly RgbImage[] }>(
      imageScaleToTotalPixels,
      { image: flat },
      { megapixels: 25 / 1048576, numerics: 'comfyui' },
    );
    expect(sizes.image.map(({ width, height }) => [width, height])).toEqual([[2, 10]]);
  });

  test('padded for outpainting lie in grey, with a mask that fades into them', async () => {
    const image = grey(Array(12).fill(Array(10).fill(200)));
    const params = { left: 2, bottom: 1, feathering: 4 };
    const { image: made, mask: drawn } = await evaluateNode<{ image: readonly RgbImage[]; mask: Mask }>(
      imagePadForOutpaint,
      { image: [image] },
      params,
    );

    const rows = rowsOf(made[0] as RgbImage);
    expect([made[0]?.width, made[0]?.height]).toEqual([12, 13]);
    expect(rows[0]).toEqual([127, 127, ...Array(10).fill(200)]);
    expect(rows[12]).toEqual(Array(12).fill(127));
    // Over four pixels: (4/4)^2, (3/4)^2, (2/4)^2, (1/4)^2 of 255; at the bottom the distance counts from 1.
    expect(maskRows(drawn)[0]).toEqual([255, 255, 255, 143, 64, 16, ...Array(6).fill(0)]);
    expect(maskRows(drawn)[11]?.at(-1)).toBe(143);
    expect(maskRows(drawn)[12]).toEqual(Array(12).fill(255));
  });

  test('inverted twice are as they were', async () => {
    const image = [grey([[0, 1, 254, 255]])];

    expect(rowsOf((await imagesOf(imageInvert, { image }))[0] as RgbImage)).toEqual([[255, 254, 1, 0]]);
    expect(await imagesOf(imageInvert, { image: await imagesOf(imageInvert, { image }) })).toEqual(image);
  });

  // Of 51/255 = 0.2 below and 204/255 = 0.8 above, and the other way round.
  test.each([
    ['normal', [204, 51]],
    ['multiply', [41, 41]],
    ['screen', [214, 214]],
    ['overlay', [82, 173]],
    // 0.2 + 0.6 (g(0.2) - 0.2), g(0.2) = ((16 * 0.2 - 12) * 0.2 + 4) * 0.2 = 0.448; 0.8 - 0.6 * 0.8 * 0.2
    ['soft light', [89, 180]],
    ['difference', [0, 153]],
  ])('blended by %s', async (mode, expected) => {
    const inputs = { lower: [grey([[51, 204]])], upper: [grey([[204, 51]])] };

    expect(rowsOf((await imagesOf(imageBlend, inputs, { mode, share: 1 }))[0] as RgbImage)).toEqual([expected]);
    expect(await imagesOf(imageBlend, inputs, { mode, share: 0 })).toEqual(inputs.lower);
  });

  test('composed by a mask show the source where it is white, and lie where they are put', async () => {
    const destination = [
      grey([
        [0, 0, 0],
        [0, 0, 0],
      ]),
    ];
    const source = [grey([[100, 200]])];

    const whole = await imagesOf(imageComposite, { destination, source }, { left: 1, top: 1 });
    expect(rowsOf(whole[0] as RgbImage)).toEqual([
      [0, 0, 0],
      [0, 100, 200],
    ]);
    const half = await imagesOf(imageComposite, { destination, source, mask: mask([[255, 102]]) }, { left: 2, top: 0 });
    expect(rowsOf(half[0] as RgbImage)).toEqual([
      [0, 0, 100],
      [0, 0, 0],
    ]);
    const shaded = await imagesOf(imageComposite, { destination, source, mask: mask([[255, 102]]) }, { left: -1 });
    expect(rowsOf(shaded[0] as RgbImage)).toEqual([
      [80, 0, 0],
      [0, 0, 0],
    ]);
    const resized = await imagesOf(imageComposite, { destination, source: [grey([[7]])] }, { resize: true });
    expect(rowsOf(resized[0] as RgbImage)).toEqual([
      [7, 7, 7],
      [7, 7, 7],
    ]);
  });

  test('blurred spread a point by the Gaussian of ComfyUI, and keep even areas', async () => {
    const point = grey([
      [0, 0, 0],
      [0, 255, 0],
      [0, 0, 0],
    ]);
    const [blurred] = await imagesOf(imageBlur, { image: [point] }, { radius: 1, sigma: 1 });

    // exp(-d^2 / 2) for d^2 = 0, 1, 2 over 1 + 4 e^-0.5 + 4 e^-1 = 4.8976
    expect(rowsOf(blurred as RgbImage)[1]?.[1]).toBe(52);
    const even = [grey(Array(5).fill(Array(4).fill(80)))];
    expect(await imagesOf(imageBlur, { image: even }, { radius: 31, sigma: 3 })).toEqual(even);
    // Mirrored at the edge the point is seen twice from a corner's neighbours: 255 * 4 e^-1 / 4.8976 at the corner.
    expect(rowsOf(blurred as RgbImage)[0]?.[0]).toBe(77);
  });

  test('sharpened keep even areas, and move away from their surroundings elsewhere', async () => {
    const step = grey(Array(3).fill([50, 50, 100, 100]));
    const [sharp] = await imagesOf(imageSharpen, { image: [step] }, { radius: 1, sigma: 1, amount: 1 });
    // A row blurred: weights e^-0.5, 1, e^-0.5 over 2.2131; 50 + 50 * 0.27407 = 63.70 next to the step.
    expect(rowsOf(sharp as RgbImage)[1]).toEqual([50, 36, 114, 100]);
    expect(await imagesOf(imageSharpen, { image: [step] }, { amount: 0 })).toEqual([step]);
  });

  test('repeated come in the same order again and again', async () => {
    const repeated = await imagesOf(imageRepeat, { image: [grey([[1, 2]]), grey([[3, 4]])] }, { times: 3 });
    const [first, second] = [[[1, 2]], [[3, 4]]];
    expect(repeated.map(rowsOf)).toEqual([first, second, first, second, first, second]);
  });

  test('batched are of the size of the first', async () => {
    const batch = await imagesOf(imageBatch, {
      first: [
        grey([
          [1, 2],
          [3, 4],
        ]),
      ],
      second: [grey(Array(8).fill(Array(4).fill(9)))],
    });

    expect(batch.map(rowsOf)).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [9, 9],
        [9, 9],
      ],
    ]);
  });
});

describe('masks', () => {
  const point = mask(
    Array.from({ length: 5 }, (_, y) => Array.from({ length: 5 }, (_, x) => (x === 2 && y === 2 ? 255 : 0))),
  );

  test('grow to a diamond with tapered corners, to a square without, and shrink below 0', async () => {
    const diamond = await maskOf(growMaskNode, { mask: point }, { expand: 1 });
    const square = await maskOf(growMaskNode, { mask: point }, { expand: 1, taperedCorners: false });

    expect(maskRows(diamond)).toEqual([
      [0, 0, 0, 0, 0],
      [0, 0, 255, 0, 0],
      [0, 255, 255, 255, 0],
      [0, 0, 255, 0, 0],
      [0, 0, 0, 0, 0],
    ]);
    expect([...square.data].filter((level) => level === 255)).toHaveLength(9);
    expect(await maskOf(growMaskNode, { mask: square }, { expand: -1, taperedCorners: false })).toEqual(point);
    // White at the edge of the image does not shrink from there.
    const all = mask(Array(3).fill([255, 255, 255]));
    expect(await maskOf(growMaskNode, { mask: all }, { expand: -2 })).toEqual(all);
  });

  test('feathered fade towards the edges', async () => {
    const all = mask(Array(2).fill(Array(4).fill(255)));

    expect(maskRows(await maskOf(featherMaskNode, { mask: all }, { left: 4 }))[0]).toEqual([64, 128, 191, 255]);
    expect(maskRows(await maskOf(featherMaskNode, { mask: all }, { bottom: 2 }))).toEqual([
      Array(4).fill(255),
      Array(4).fill(128),
    ]);
  });

  test.each([
    ['multiply', [0, 0, 80, 200]],
    ['add', [0, 255, 180, 255]],
    ['subtract', [0, 0, 20, 0]],
    ['and', [0, 0, 0, 255]],
    ['or', [0, 255, 0, 255]],
    ['xor', [0, 255, 0, 0]],
  ])('combined by %s', async (operation, [a, b, c, d]) => {
    const inputs = { destination: mask([[0, 0, 100, 200]]), source: mask([[0, 255, 80, 255]]) };
    const rounded = operation === 'multiply' ? [a, b, 31, d] : [a, b, c, d];

    expect(maskRows(await maskOf(maskComposite, inputs, { operation }))).toEqual([rounded]);
  });

  test('combined at a position leave the rest, and one reaching beyond the edge is cut', async () => {
    const inputs = { destination: mask([[10, 10, 10]]), source: mask([[5, 5]]) };

    expect(maskRows(await maskOf(maskComposite, inputs, { operation: 'add', left: 2 }))).toEqual([[10, 10, 15]]);
  });

  test('of one level everywhere', async () => {
    expect(maskRows(await maskOf(solidMask, {}, { level: 0.4, width: 3, height: 2 }))).toEqual([
      [102, 102, 102],
      [102, 102, 102],
    ]);
  });

  test('inverted and shown as an image', async () => {
    const inverted = await maskOf(invertMask, { mask: mask([[0, 200]]) });

    expect(maskRows(inverted)).toEqual([[255, 55]]);
    expect(rowsOf((await imagesOf(maskToImage, { mask: inverted }))[0] as RgbImage)).toEqual([[255, 55]]);
  });
});

test('a mask is resized and cut as the image that it belongs to', async () => {
  const levels = [
    [10, 0, 255, 90, 30],
    [20, 255, 0, 80, 40],
  ];
  const cover = { width: 2, height: 2, fit: 'cover' };
  const larger = { width: 7, height: 5, fit: 'cover', filter: 'bicubic' };

  expect(maskRows(await maskOf(maskResize, { mask: mask(levels) }, cover))).toEqual([
    [0, 255],
    [255, 0],
  ]);
  for (const params of [cover, larger, { ...larger, numerics: 'comfyui' }, { width: 3, height: 0 }]) {
    const [resized] = await imagesOf(imageResize, { image: [grey(levels)] }, params);
    expect(maskRows(await maskOf(maskResize, { mask: mask(levels) }, params))).toEqual(rowsOf(resized as RgbImage));
  }
});

describe('latents', () => {
  /** One channel. */
  const latent = (rows: readonly (readonly number[])[]): Latent => ({
    samples: tensor([1, 1, rows.length, rows[0]?.length ?? 0], Float32Array.from(rows.flat())),
  });
  const planeOf = ({ dims, data }: Tensor) => {
    const [, , h = 0, w = 0] = dims;
    return Array.from({ length: h }, (_, y) => [...data.slice(y * w, (y + 1) * w)]);
  };
  const six = latent([
    [1, 2, 3],
    [4, 5, 6],
  ]);

  test('blended are between the two', async () => {
    const inputs = {
      first: six,
      second: latent([
        [5, 6, 7],
        [8, 9, 10],
      ]),
    };

    expect(planeOf(await latentOf(latentBlend, inputs, { share: 0.75 }))).toEqual([
      [2, 3, 4],
      [5, 6, 7],
    ]);
    expect(planeOf(await latentOf(latentBlend, { first: six, second: latent([[8]]) }, { share: 0 }))).toEqual([
      [8, 8, 8],
      [8, 8, 8],
    ]);
  });

  test('composed lie where they are put, fading in from inner edges', async () => {
    const zeros = latent(Array(4).fill(Array(4).fill(0)));
    const ones = latent(Array(2).fill(Array(2).fill(1)));
    const at = { left: 16, top: 0 };

    expect(planeOf(await latentOf(latentComposite, { to: zeros, from: ones }, at))).toEqual([
      [0, 0, 1, 1],
      [0, 0, 1, 1],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    const faded = planeOf(await latentOf(latentComposite, { to: zeros, from: ones }, { ...at, feather: 16 }));
    expect(faded.slice(0, 2)).toEqual([
      [0, 0, 0.5, 1],
      [0, 0, 0.25, 0.5],
    ]);
  });

  test('cropped stay inside', async () => {
    expect(planeOf(await latentOf(latentCrop, { latent: six }, { left: 8, top: 0, width: 16, height: 8 }))).toEqual([
      [2, 3],
    ]);
    expect(planeOf(await latentOf(latentCrop, { latent: six }, { left: 80, top: 80, width: 8, height: 8 }))).toEqual([
      [6],
    ]);
    expect(planeOf(await latentOf(latentCrop, { latent: six }, { width: 512, height: 512 }))).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  test('flipped and turned', async () => {
    expect(planeOf(await latentOf(latentFlip, { latent: six }, {}))).toEqual([
      [4, 5, 6],
      [1, 2, 3],
    ]);
    expect(planeOf(await latentOf(latentFlip, { latent: six }, { direction: 'horizontally' }))).toEqual([
      [3, 2, 1],
      [6, 5, 4],
    ]);
    expect(planeOf(await latentOf(latentRotate, { latent: six }, {}))).toEqual([
      [4, 1],
      [5, 2],
      [6, 3],
    ]);
    expect(planeOf(await latentOf(latentRotate, { latent: six }, { rotation: '180 degrees' }))).toEqual([
      [6, 5, 4],
      [3, 2, 1],
    ]);
    expect(planeOf(await latentOf(latentRotate, { latent: six }, { rotation: '270 degrees' }))).toEqual([
      [3, 6],
      [2, 5],
      [1, 4],
    ]);
  });
});

describe('images that would be too large', () => {
  test.each([
    ['ImageResize', imageResize, { width: 16_384, height: 8192 }, 'Take a smaller size or scale.'],
    ['ImagePadForOutpaint', imagePadForOutpaint, { left: 8192, bottom: 16_000 }, 'Add less around it.'],
  ] as const)('%s refuses them with what to do', async (type, node, params, advice) => {
    const image = [grey([[1, 2]])];

    await expect(evaluateNode(node, { image }, params)).rejects.toThrow(
      new RegExp(`^${type}: the image would have .* expected at most 16384 px a side and 64 megapixels\\. ${advice}$`),
    );
  });

  test('a solid mask may be long, but not larger than an image', async () => {
    const long = await maskOf(solidMask, {}, { width: 16_384, height: 2 });

    expect(long.data).toHaveLength(2 * 16_384);
    await expect(evaluateNode(solidMask, {}, { width: 16_384, height: 16_384 })).rejects.toThrow('64 megapixels');
  });
});

test('an empty image has one color, in the requested number', async () => {
  const image = await imagesOf(emptyImage, {}, { width: 2, height: 1, count: 3, red: 1, green: 2, blue: 255 });

  expect(image.map(({ data }) => [...data])).toEqual(Array(3).fill([1, 2, 255, 1, 2, 255]));
});

test('selects some images of a batch, beyond its end the last one', async () => {
  const image = [1, 2, 3].map((level) => grey([[level]]));
  const taken = async (params: object) => (await imagesOf(imageFromBatch, { image }, params)).map((one) => one.data[0]);

  expect(await taken({ first: 1, count: 5 })).toEqual([2, 3]);
  expect(await taken({ first: 9, count: 1 })).toEqual([3]);
});
