import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Embed, RgbImage } from '@unclip-studio/nodes-unclip';
import { clipImageEmbed } from '@unclip-studio/nodes-unclip/testing';
import { decodeImage } from '@unclip-studio/server';
import { BUNDLED_MODEL, evaluateNode, openTestCheckpoint } from './evaluate-node.js';
import { REPOSITORY } from './variations.js';

type Colour = readonly [red: number, green: number, blue: number];

// The backgrounds of the bundled model's training images (tools/train-emoji-unclip/data.py).
const GROUNDS: Readonly<Record<string, Colour>> = {
  white: [250, 250, 250],
  grey: [158, 160, 164],
  black: [28, 28, 34],
  red: [206, 62, 62],
  orange: [244, 150, 62],
  yellow: [250, 220, 100],
  green: [98, 178, 92],
  turquoise: [72, 196, 188],
  'light blue': [166, 214, 248],
  blue: [62, 104, 204],
  purple: [142, 92, 190],
  pink: [250, 172, 204],
  brown: [132, 92, 64],
  beige: [240, 222, 190],
};
const BORDER_PX = 3;

/** The example images that a result is compared with, as files in workflows/images without their ending. */
const CONCEPTS = [
  'cat',
  'pumpkin',
  'rocket',
  'penguin',
  'strawberry',
  'frog',
  'heart',
  'doughnut',
  'red-apple',
] as const;

export type Concept = (typeof CONCEPTS)[number];

/** What an image shows. */
export interface Reading {
  readonly concept: Concept;
  /** The name of the background's colour. */
  readonly ground: string;
}

/**
 * Judges what images of the bundled model show: by its own CLIP, which example is nearest; by pixels, the background.
 */
export class ImageJudge {
  readonly #examples: readonly Float32Array[];

  private constructor(
    readonly checkpoint: Awaited<ReturnType<typeof openTestCheckpoint>>,
    examples: readonly Float32Array[],
  ) {
    this.#examples = examples;
  }

  static async open(): Promise<ImageJudge> {
    const checkpoint = await openTestCheckpoint(BUNDLED_MODEL);
    const examples = await Promise.all(CONCEPTS.map(openExample));
    return new ImageJudge(checkpoint, await embedRows(checkpoint, examples));
  }

  async read(images: readonly RgbImage[]): Promise<readonly Reading[]> {
    const rows = await embedRows(this.checkpoint, images);
    return images.map((image, i) => ({
      concept: this.#nearest(rows[i] ?? new Float32Array()),
      ground: readGround(image),
    }));
  }

  #nearest(row: Float32Array): Concept {
    const likenesses = this.#examples.map((example) => cosine(example, row));
    return CONCEPTS[likenesses.indexOf(Math.max(...likenesses))] ?? CONCEPTS[0];
  }
}

export function openExample(concept: Concept): Promise<RgbImage> {
  const file = `${concept}.png`;
  return decodeImage(readFileSync(join(REPOSITORY, 'workflows/images', file)), file);
}

async function embedRows(
  checkpoint: ImageJudge['checkpoint'],
  image: readonly RgbImage[],
): Promise<readonly Float32Array[]> {
  const { embed } = await evaluateNode<{ embed: Embed }>(clipImageEmbed, { vision: checkpoint.vision, image });
  const { dims, data } = embed.rows;
  const [n = 0, d = 0] = dims;
  return Array.from({ length: n }, (_, row) => data.subarray(row * d, (row + 1) * d));
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** The colour that most pixels of the border are nearest to. */
function readGround({ width, height, data }: RgbImage): string {
  const votes = new Map<string, number>();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (Math.min(x, y, width - 1 - x, height - 1 - y) >= BORDER_PX) continue;
      const at = 3 * (y * width + x);
      const name = nearestGround([data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0]);
      votes.set(name, (votes.get(name) ?? 0) + 1);
    }
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'none';
}

function nearestGround(colour: Colour): string {
  const distance = (ground: Colour) => Math.hypot(...ground.map((value, i) => value - (colour[i] ?? 0)));
  const [first = ['none', [0, 0, 0]], ...others] = Object.entries(GROUNDS);
  return others.reduce(
    (best, one) => (distance(one[1]) < distance(best[1] as Colour) ? one : best),
    first,
  )[0] as string;
}
