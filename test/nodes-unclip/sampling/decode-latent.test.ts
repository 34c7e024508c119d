import { readFileSync } from 'node:fs';
import {
  type Checkpoint,
  type InferenceService,
  type RgbImage,
  type Tensor,
  tensor,
} from '@unclip-studio/nodes-unclip';
import {
  type DecodeOptions,
  decodeLatent,
  preprocessVae,
  resizeBicubic,
  toUint8Images,
} from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, decodeImage } from '@unclip-studio/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUNDLED_MODEL, openTestCheckpoint } from '../../support/evaluate-node.js';
import { randomRuns } from '../../support/test-seed.js';

// The others only in the long suite: each is decoded in full and in nine tiles.
const FIRST = 'blue-star.png';
const IMAGES = [FIRST, 'circle-and-square.png', 'green-ring.png'].slice(0, randomRuns(1));

// In cells. The largest tile that is smaller is the one that is taken.
const SIDE = 48;
const TILE = 32;

const sessions = createOrtSessions();
let checkpoint: Checkpoint;
/** An image as the VAE sees it, SIDE x SIDE cells. */
let latent: Tensor;

beforeAll(async () => {
  checkpoint = await openTestCheckpoint(BUNDLED_MODEL);
  latent = await encode(FIRST);
});

afterAll(() => sessions.close());

test('the plain way is what it was: one run of the decoder, exact', async () => {
  const small = tensor([1, channels(), 16, 16], latent.data.slice(0, channels() * 16 * 16));
  const { image } = await sessions.run(checkpoint.vae.decoder({ n: 1, h: 16, w: 16 }), { latent: small });
  const options = { vae: checkpoint.vae, inference: sessions, signal: new AbortController().signal };

  const off = await decodeLatent(small, { ...options, tiling: 'off' });
  const auto = await decodeLatent(small, { ...options, tiling: 'auto' });

  expect(off).toEqual(image);
  expect(auto).toEqual(image);
});

describe('in tiles', () => {
  test.each(IMAGES)(
    '%s differs from the plain way by less than 6 levels on average, and no seam shows',
    async (name) => {
      if (name !== FIRST) latent = await encode(name);
      const [plain, tiled] = [toImage(await decodeWhole()), toImage(await decode('always'))];

      const difference = Float64Array.from(plain.data, (level, i) => (tiled.data[i] ?? 0) - level);

      const mean = difference.reduce((sum, value) => sum + Math.abs(value), 0) / difference.length;
      // The norms of this VAE have one group, so each tile has its own statistics of all channels.
      expect(mean).toBeLessThan(6);
      expect(mean).toBeGreaterThan(0);
      // An edge is a line along which the difference jumps. Two tiles share the middle, from where the second begins.
      for (const cell of [SIDE - TILE, SIDE / 2, TILE]) {
        const seam = cell * pixelsPerCell();
        expect(jumpNear(seam, difference, plain.width)).toBeLessThan(0.5);
      }
    },
  );

  test('the seams would show if the tiles were put side by side unblended', async () => {
    const plain = toImage(await decodeWhole());
    const [left, right] = [await decodePart(0), await decodePart(SIDE / 2)];

    const difference = Float64Array.from(plain.data, (level, i) => {
      const [pixel, channel] = [Math.floor(i / 3), i % 3];
      const [x, y] = [pixel % plain.width, Math.floor(pixel / plain.width)];
      const half = x < left.width ? left : right;
      return (half.data[3 * (y * left.width + (x % left.width)) + channel] ?? 0) - level;
    });

    expect(jumpNear(left.width, difference, plain.width)).toBeGreaterThan(1.5);
  });

  test('auto uses tiles if the whole does not fit, and each fits', async () => {
    const whole = checkpoint.vae.decoder({ n: 1, h: SIDE, w: SIDE }).build();
    const budget = 0.8 * (whole.weightBytes + (whole.workingBytes ?? 0));
    const shapes: number[] = [];
    const inference: InferenceService = {
      memoryBudgetBytes: budget,
      run(model, feeds) {
        const { weightBytes, workingBytes = 0 } = model.build();
        shapes.push(feeds['latent']?.dims[2] ?? 0);
        expect(weightBytes + workingBytes).toBeLessThan(budget);
        return Promise.resolve(blackImage(feeds['latent']));
      },
    };

    const image = await decode('auto', inference);

    expect(image.dims).toEqual([1, 3, SIDE * pixelsPerCell(), SIDE * pixelsPerCell()]);
    expect(new Set(shapes).size).toBe(1);
    expect(shapes.length).toBeGreaterThan(1);
  });

  test('a latent that is not larger than the smallest tile is decoded as a whole', async () => {
    const small = tensor([1, channels(), 8, 8], new Float32Array(channels() * 8 * 8).fill(0.5));

    const options = { vae: checkpoint.vae, inference: sessions, signal: new AbortController().signal } as const;

    expect(await decodeLatent(small, { ...options, tiling: 'always' })).toEqual(
      await decodeLatent(small, { ...options, tiling: 'off' }),
    );
  });

  test('a cancelled run stops before the next tile', async () => {
    const controller = new AbortController();
    let runs = 0;
    const inference: InferenceService = {
      run(_, feeds) {
        runs++;
        controller.abort();
        return Promise.resolve(blackImage(feeds['latent']));
      },
    };

    const decoding = decodeLatent(latent, {
      vae: checkpoint.vae,
      inference,
      tiling: 'always',
      signal: controller.signal,
    });

    await expect(decoding).rejects.toThrow();
    expect(runs).toBe(1);
  });
});

/** For tests of which tiles are decoded, which decoding itself would only make slower. */
function blackImage(latent: Pick<Tensor, 'dims'> | undefined): Readonly<Record<string, Tensor>> {
  const [n = 0, , h = 0, w = 0] = latent?.dims ?? [];
  const dims = [n, 3, h * pixelsPerCell(), w * pixelsPerCell()];
  return { image: tensor(dims, new Float32Array(dims.reduce((size, length) => size * length, 1)).fill(-1)) };
}

function pixelsPerCell(): number {
  return checkpoint.vae.latents.pixelsPerCell;
}

function channels(): number {
  return checkpoint.vae.latents.channels;
}

async function encode(name: string): Promise<Tensor> {
  const file = new URL(`../../../workflows/images/${name}`, import.meta.url);
  const side = SIDE * pixelsPerCell();
  const image = resizeBicubic(await decodeImage(readFileSync(file), name), side, side);
  const pixels = preprocessVae(image, { multipleOf: pixelsPerCell() });
  const { moments } = await sessions.run(checkpoint.vae.encoder({ n: 1, heightPx: side, widthPx: side }), { pixels });
  const mean = moments?.data.slice(0, channels() * SIDE * SIDE) ?? new Float32Array();
  return tensor(
    [1, channels(), SIDE, SIDE],
    mean.map((value) => value * checkpoint.vae.latents.scalingFactor),
  );
}

/** Of the last latent that was decoded the plain way; several tests compare with it. */
let whole: { readonly latent: Tensor; readonly image: Promise<Tensor> } | undefined;

function decodeWhole(): Promise<Tensor> {
  if (whole?.latent !== latent) whole = { latent, image: decode('off') };
  return whole.image;
}

function decode(tiling: DecodeOptions['tiling'], inference: InferenceService = sessions): Promise<Tensor> {
  return decodeLatent(latent, { vae: checkpoint.vae, inference, tiling, signal: new AbortController().signal });
}

/** Half the image's width, decoded separately. */
async function decodePart(left: number): Promise<RgbImage> {
  const rows = Array.from({ length: channels() * SIDE }, (_, row) =>
    latent.data.subarray(SIDE * row + left, SIDE * row + left + SIDE / 2),
  );
  const part = tensor([1, channels(), SIDE, SIDE / 2], Float32Array.from(rows.flatMap((row) => [...row])));
  const { image } = await sessions.run(checkpoint.vae.decoder({ n: 1, h: SIDE, w: SIDE / 2 }), { latent: part });
  return toImage(image);
}

function toImage(image: Tensor | undefined): RgbImage {
  const [first] = image === undefined ? [] : toUint8Images(image);
  if (first === undefined) throw new Error('expected an image');
  return first;
}

/** Over the rows and columns about a seam: how far the difference jumps from one to the next, on average along them. */
function jumpNear(seam: number, difference: Float64Array, side: number): number {
  const at = (x: number, y: number, channel: number) => difference[3 * (y * side + x) + channel] ?? 0;
  let largest = 0;
  for (let line = seam - 1; line <= seam + 1; line++) {
    for (let channel = 0; channel < 3; channel++) {
      let [across, down] = [0, 0];
      for (let i = 0; i < side; i++) {
        across += at(line, i, channel) - at(line - 1, i, channel);
        down += at(i, line, channel) - at(i, line - 1, channel);
      }
      largest = Math.max(largest, Math.abs(across) / side, Math.abs(down) / side);
    }
  }
  return largest;
}
