import type { Embed, RgbImage } from '@unclip-studio/nodes-unclip';
import {
  blendEmbeds,
  type Condition,
  type Conditioning,
  clipImageEmbed,
  type Generator,
  type Latent,
  latentUpscale,
  noiseAugment,
  textEncode,
  unetSample,
  vaeDecode,
} from '@unclip-studio/nodes-unclip/testing';
import { BUNDLED_MODEL, evaluateNode, openTestCheckpoint } from './evaluate-node.js';
import { openExample } from './judge-image.js';
import { SCENES } from './semantics.js';

type Sampled = { readonly latent: Latent; readonly generator: Generator };
type Guided = { readonly condition: Condition; readonly generator: Generator };

/** What the bundled model makes of conditions, with an empty prompt. */
export class Painter {
  readonly checkpoint: Awaited<ReturnType<typeof openTestCheckpoint>>;
  readonly prompt: Conditioning;
  readonly steps: number;

  private constructor(checkpoint: Painter['checkpoint'], prompt: Conditioning, steps: number) {
    this.checkpoint = checkpoint;
    this.prompt = prompt;
    this.steps = steps;
  }

  static async open(steps: number): Promise<Painter> {
    const checkpoint = await openTestCheckpoint(BUNDLED_MODEL);
    const encoded = await evaluateNode<{ conditioning: Conditioning }>(textEncode, { text: checkpoint.text });
    return new Painter(checkpoint, encoded.conditioning, steps);
  }

  async embed(image: readonly RgbImage[]): Promise<Embed> {
    const inputs = { vision: this.checkpoint.vision, image };
    return (await evaluateNode<{ embed: Embed }>(clipImageEmbed, inputs)).embed;
  }

  guide(embed: Embed, params: object): Promise<Guided> {
    return evaluateNode<Guided>(noiseAugment, { embed }, params);
  }

  sample(inputs: object, params: object): Promise<Sampled> {
    const all = { unet: this.checkpoint.unet, prompt: this.prompt, ...inputs };
    return evaluateNode<Sampled>(unetSample, all, { steps: this.steps, guidanceScale: 3, ...params });
  }

  async decode(latent: Latent): Promise<readonly RgbImage[]> {
    const inputs = { vae: this.checkpoint.vae, latent };
    return (await evaluateNode<{ image: readonly RgbImage[] }>(vaeDecode, inputs)).image;
  }
}

function openScenes(): Promise<readonly RgbImage[]> {
  return Promise.all(SCENES.map(({ concept }) => openExample(concept)));
}

/** Of images drawn half way between two examples, A and B. */
export interface Halfway {
  readonly images: number;
  /**
   * The share that lies in the middle half of the way from A to B, as CLIP sees it: 0 is A, 1 is B, and an image of
   * either of them lies near an end.
   */
  readonly between: number;
  /** The same share among images drawn from A or from B alone: what it would be if each result took one of the two. */
  readonly betweenAlone: number;
  /** The mean place of the mixtures. */
  readonly meanPlace: number;
}

/** Mixes each example with the next one half and half, and draws `count` images of each mixture and each example. */
export async function measureHalfway(painter: Painter, count: number, seed = 11): Promise<Halfway> {
  const scenes = await openScenes();
  const embeds: Embed[] = [];
  const alone: (readonly Float32Array[])[] = [];
  for (const [i, scene] of scenes.entries()) {
    const embed = await painter.embed([scene]);
    embeds.push(embed);
    alone.push(await drawRows(painter, embed, { count, seed: seed + 40 + i }));
  }
  const ofMixtures: number[] = [];
  const ofOneAlone: number[] = [];
  for (const [a, embed1] of embeds.entries()) {
    const b = (a + 1) % embeds.length;
    const { embed } = await evaluateNode<{ embed: Embed }>(blendEmbeds, { embed1, embed2: embeds[b] });
    // The middles of what is drawn, so that what drawing itself changes does not count.
    const way = { from: meanOf(alone[a] ?? []), to: meanOf(alone[b] ?? []) };
    ofOneAlone.push(...[a, b].flatMap((one) => (alone[one] ?? []).map((row) => placeOn(way, row))));
    const drawn = await drawRows(painter, embed, { count, seed: seed + a });
    ofMixtures.push(...drawn.map((row) => placeOn(way, row)));
  }
  const share = (found: readonly number[]) =>
    found.filter((place) => place > 0.25 && place < 0.75).length / found.length;
  return {
    images: ofMixtures.length,
    between: share(ofMixtures),
    betweenAlone: share(ofOneAlone),
    meanPlace: ofMixtures.reduce((sum, place) => sum + place, 0) / ofMixtures.length,
  };
}

interface Way {
  readonly from: Float32Array;
  readonly to: Float32Array;
}

/** How far along the way the nearest point of it lies. */
function placeOn({ from, to }: Way, row: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  const minus = (x: Float32Array) => x.map((value, i) => value - (from[i] ?? 0));
  const direction = minus(to);
  return dot(minus(row), direction) / dot(direction, direction);
}

function meanOf(rows: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array()] = rows;
  return first.map((_, i) => rows.reduce((sum, row) => sum + (row[i] ?? 0), 0) / rows.length);
}

/** What CLIP sees in images that the painter draws of an embedding. */
async function drawRows(
  painter: Painter,
  embed: Embed,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<readonly Float32Array[]> {
  const { condition, generator } = await painter.guide(embed, { seed });
  const { latent } = await painter.sample({ image: condition, generator }, { count });
  return rowsOf(await painter.embed(await painter.decode(latent)));
}

/** Of images that a second pass has drawn on. */
export interface SecondPass {
  readonly images: number;
  /** The share that is nearer, pixel by pixel, to its own first pass than to any other of the same example. */
  readonly nearestIsOwn: number;
  /** What that share is by chance. */
  readonly chance: number;
}

/** Draws `count` images of each example, enlarges their latents, and draws on for half of the steps. */
export async function measureSecondPass(painter: Painter, count: number, seed = 31): Promise<SecondPass> {
  const scenes = await openScenes();
  let own = 0;
  for (const [i, scene] of scenes.entries()) {
    const { condition, generator } = await painter.guide(await painter.embed([scene]), { seed: seed + i });
    const first = await painter.sample({ image: condition, generator }, { count });
    const larger = await evaluateNode<{ latent: Latent }>(latentUpscale, { latent: first.latent });
    // Each first image is drawn on once.
    const inputs = { image: condition, latent: larger.latent, generator: first.generator };
    const second = await painter.sample(inputs, { denoise: 0.5 });
    const before = (await painter.decode(first.latent)).map(toThumbnail);
    const after = (await painter.decode(second.latent)).map(toThumbnail);
    for (const [k, image] of after.entries()) {
      const distances = before.map((other) => distance(image, other));
      if (distances.indexOf(Math.min(...distances)) === k) own++;
    }
  }
  const images = count * scenes.length;
  return { images, nearestIsOwn: own / images, chance: 1 / count };
}

function rowsOf({ rows: { dims, data } }: Embed): readonly Float32Array[] {
  const [n = 0, d = 0] = dims;
  return Array.from({ length: n }, (_, row) => data.subarray(row * d, (row + 1) * d));
}

const SIDE = 16;

/** 16 by 16 means of blocks, so that images of different sizes can be compared. */
function toThumbnail({ width, height, data }: RgbImage): Float64Array {
  const sums = new Float64Array(SIDE * SIDE * 3);
  const counts = new Float64Array(SIDE * SIDE * 3);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const place = (Math.floor((y * SIDE) / height) * SIDE + Math.floor((x * SIDE) / width)) * 3 + (i % 3);
    sums[place] = (sums[place] ?? 0) + (data[i] ?? 0);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return sums.map((sum, i) => sum / (counts[i] || 1));
}

function distance(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0);
}
