import { readFile } from 'node:fs/promises';
import type { RunOutput, Workflow } from '@unclip-studio/graph-core';
import type { RgbImage } from '@unclip-studio/nodes-unclip';
import { z } from 'zod';
import { decodeImage } from './image-codec.js';
import type { ImageStore } from './image-store.js';

const expectation = z
  .strictObject({
    /** How many it makes. */
    pictures: z.int().min(0).optional(),
    /** Of each, in pixels. */
    width: z.int().min(1).optional(),
    height: z.int().min(1).optional(),
    /** At least so many different colours in each: a picture gone wrong is often of one. */
    colours: z.int().min(1).optional(),
    /** The first is about this one: the mean difference of their values, of 0..255, is not larger. */
    like: z.strictObject({ image: z.string().min(1), maxDifference: z.number().min(0).max(255) }).optional(),
  })
  .refine((value) => Object.keys(value).length > 0, 'expects nothing');

/** What the pictures of one node are to be like; stands in the workflow as the node's `expect`. */
export type Expectation = z.infer<typeof expectation>;

export interface Expectations {
  /** By node id. */
  readonly nodes: ReadonlyMap<string, Expectation>;
  /** What is wrong with the form of others. */
  readonly problems: readonly string[];
}

/** Reads what a workflow expects of itself. A muted or bypassed node makes nothing, so nothing is expected of it. */
export function readExpectations({ nodes }: Workflow): Expectations {
  const found = new Map<string, Expectation>();
  const problems: string[] = [];
  for (const [id, node] of Object.entries(nodes)) {
    // A key that the workflow's own form leaves to others; it is kept as it came.
    const { expect, mode } = node as typeof node & { readonly expect?: unknown };
    if (expect === undefined || mode !== undefined) continue;
    const parsed = expectation.safeParse(expect);
    if (parsed.success) found.set(id, parsed.data);
    else {
      const [issue] = parsed.error.issues;
      problems.push(`Node "${id}", expect ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is of another form'}.`);
    }
  }
  return { nodes: found, problems };
}

/**
 * Compares what a run made with what its workflow expects.
 *
 * @param outputs the pictures of each node, whose locations are paths
 * @returns what does not hold, in words; nothing if all does
 */
export async function unmetExpectations(
  { nodes }: Expectations,
  outputs: ReadonlyMap<string, readonly RunOutput[]>,
  images: Pick<ImageStore, 'load'>,
): Promise<readonly string[]> {
  const unmet: string[] = [];
  for (const [id, expected] of nodes) {
    const made = outputs.get(id) ?? [];
    const pictures = await Promise.all(made.map(({ location }) => readPicture(location)));
    const words = [
      ...checkCount(expected, made.length),
      ...pictures.flatMap((one, i) => checkPicture(expected, one, i)),
    ];
    if (expected.like !== undefined) words.push(...(await checkLike(expected.like, pictures[0], images)));
    unmet.push(...words.map((word) => `Node "${id}": ${word}`));
  }
  return unmet;
}

async function readPicture(path: string): Promise<RgbImage> {
  return decodeImage(await readFile(path), `Picture "${path}"`);
}

function checkCount({ pictures }: Expectation, made: number): readonly string[] {
  return pictures === undefined || pictures === made ? [] : [`expected ${pictures} pictures, got ${made}.`];
}

function checkPicture({ width, height, colours }: Expectation, picture: RgbImage, index: number): readonly string[] {
  const which = `picture ${index + 1}`;
  const problems: string[] = [];
  for (const [name, expected] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (expected === undefined || expected === picture[name]) continue;
    problems.push(`${which}, ${name}: expected ${expected} px, got ${picture[name]}.`);
  }
  const found = colours === undefined ? 0 : countColours(picture, colours);
  if (colours !== undefined && found < colours) {
    problems.push(`${which}: expected at least ${colours} colours, got ${found}.`);
  }
  return problems;
}

/** Stops at `enough`. */
function countColours({ data }: RgbImage, enough: number): number {
  const colours = new Set<number>();
  for (let i = 0; i < data.length && colours.size < enough; i += 3) {
    // `data` holds three values a pixel.
    colours.add(((data[i] as number) << 16) | ((data[i + 1] as number) << 8) | (data[i + 2] as number));
  }
  return colours.size;
}

async function checkLike(
  { image, maxDifference }: NonNullable<Expectation['like']>,
  picture: RgbImage | undefined,
  images: Pick<ImageStore, 'load'>,
): Promise<readonly string[]> {
  if (picture === undefined) return [`expected a picture like "${image}", got none.`];
  const model = await images.load(image);
  if (model.width !== picture.width || model.height !== picture.height) {
    const sizes = `${model.width} x ${model.height} px, got ${picture.width} x ${picture.height}`;
    return [`expected a picture like "${image}" of ${sizes}.`];
  }
  // As many values in both.
  const sum = picture.data.reduce((total, value, i) => total + Math.abs(value - (model.data[i] as number)), 0);
  const difference = sum / picture.data.length;
  if (difference <= maxDifference) return [];
  return [
    `expected a picture like "${image}" to ${maxDifference} of 255, got a mean difference of ${difference.toFixed(2)}.`,
  ];
}
