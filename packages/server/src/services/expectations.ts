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
    /** At least so many different colours in each: an image gone wrong is often of one. */
    colours: z.int().min(1).optional(),
    /** The first is about this one: the mean difference of their values, of 0..255, is not larger. */
    like: z.strictObject({ image: z.string().min(1), maxDifference: z.number().min(0).max(255) }).optional(),
    /** Each shows what this one shows: the cosine of their CLIP embeddings is not smaller. */
    looksLike: z.strictObject({ image: z.string().min(1), minSimilarity: z.number().min(-1).max(1) }).optional(),
    /** The numbers that the node outputs contain no NaN or infinity: embeddings, conditionings, latents, masks. */
    finite: z.literal(true).optional(),
  })
  .refine((value) => Object.keys(value).length > 0, 'expects nothing');

/** What a node is expected to output; stored in the workflow as the node's `expect`. */
export type Expectation = z.infer<typeof expectation>;

export interface Expectations {
  /** By node id. */
  readonly nodes: ReadonlyMap<string, Expectation>;
  /** The problems in the form of others. */
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

/** What a run made. */
export interface MadeByRun {
  /** The images of each node, whose locations are paths. */
  readonly pictures: ReadonlyMap<string, readonly RunOutput[]>;
  /** The outputs of the nodes in {@link nodesToBeFinite}. */
  readonly values: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

export interface ExpectationTools {
  readonly images: Pick<ImageStore, 'load'>;
  /** @returns the cosine of CLIP embeddings of a file and an image that the workflow may name */
  lookAlike(path: string, image: string): Promise<number>;
}

/** The nodes whose values the run has to return, in addition to its targets. */
export function nodesToBeFinite({ nodes }: Expectations): readonly string[] {
  return [...nodes].filter(([, { finite }]) => finite).map(([id]) => id);
}

/**
 * Compares what a run made with what its workflow expects.
 *
 * @returns a message for each expectation that fails; empty if all are met
 */
export async function unmetExpectations(
  { nodes }: Expectations,
  { pictures: outputs, values }: MadeByRun,
  tools: ExpectationTools,
): Promise<readonly string[]> {
  const unmet: string[] = [];
  for (const [id, expected] of nodes) {
    const made = outputs.get(id) ?? [];
    const images = await Promise.all(made.map(({ location }) => readImage(location)));
    const words = [...checkCount(expected, made.length), ...images.flatMap((one, i) => checkImage(expected, one, i))];
    if (expected.like !== undefined) words.push(...(await checkLike(expected.like, images[0], tools.images)));
    if (expected.looksLike !== undefined) words.push(...(await checkLooks(expected.looksLike, made, tools)));
    if (expected.finite) words.push(...checkFinite(values.get(id) ?? {}));
    unmet.push(...words.map((word) => `Node "${id}": ${word}`));
  }
  return unmet;
}

async function readImage(path: string): Promise<RgbImage> {
  return decodeImage(await readFile(path), `Image "${path}"`, { animations: 'first frame' });
}

function checkCount({ pictures: images }: Expectation, made: number): readonly string[] {
  return images === undefined || images === made ? [] : [`expected ${images} images, got ${made}.`];
}

function checkImage({ width, height, colours }: Expectation, image: RgbImage, index: number): readonly string[] {
  const which = `image ${index + 1}`;
  const problems: string[] = [];
  for (const [name, expected] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (expected === undefined || expected === image[name]) continue;
    problems.push(`${which}, ${name}: expected ${expected} px, got ${image[name]}.`);
  }
  const found = colours === undefined ? 0 : countColours(image, colours);
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
  made: RgbImage | undefined,
  images: Pick<ImageStore, 'load'>,
): Promise<readonly string[]> {
  if (made === undefined) return [`expected an image like "${image}", got none.`];
  const model = await images.load(image);
  if (model.width !== made.width || model.height !== made.height) {
    const sizes = `${model.width} x ${model.height} px, got ${made.width} x ${made.height}`;
    return [`expected an image like "${image}" of ${sizes}.`];
  }
  // As many values in both.
  const sum = made.data.reduce((total, value, i) => total + Math.abs(value - (model.data[i] as number)), 0);
  const difference = sum / made.data.length;
  if (difference <= maxDifference) return [];
  return [
    `expected an image like "${image}" to ${maxDifference} of 255, got a mean difference of ${difference.toFixed(2)}.`,
  ];
}

async function checkLooks(
  { image, minSimilarity }: NonNullable<Expectation['looksLike']>,
  made: readonly RunOutput[],
  { lookAlike }: ExpectationTools,
): Promise<readonly string[]> {
  if (made.length === 0) return [`expected an image that looks like "${image}", got none.`];
  const problems: string[] = [];
  for (const [index, { location }] of made.entries()) {
    const similarity = await lookAlike(location, image);
    if (similarity >= minSimilarity) continue;
    problems.push(
      `image ${index + 1}: expected a similarity to "${image}" of at least ${minSimilarity}, got ${similarity.toFixed(3)}.`,
    );
  }
  return problems;
}

function checkFinite(outputs: Readonly<Record<string, unknown>>): readonly string[] {
  const arrays = Object.entries(outputs).flatMap(([name, value]) =>
    floatsIn(value).map((floats) => ({ name, floats })),
  );
  if (arrays.length === 0) return ['"finite" fits a node that outputs numbers, and this one does not.'];
  return arrays.flatMap(({ name, floats }) => {
    const wrong = floats.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
    return wrong === 0 ? [] : [`output ${name}: ${wrong} of ${floats.length} numbers are NaN or infinite.`];
  });
}

/** All float arrays inside a value, regardless of its type; contents of models and checkpoints are skipped. */
function floatsIn(value: unknown): readonly Float32Array[] {
  if (value instanceof Float32Array) return [value];
  if (Array.isArray(value)) return value.flatMap(floatsIn);
  const isPlain = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === 'checkpoint' ? [] : floatsIn(inner)));
}
