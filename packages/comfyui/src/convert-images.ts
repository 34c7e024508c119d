import { type Seed, seedPlus, type WorkflowNode } from '@unclip-studio/graph-core';
import type { ComfyNode } from './comfy-graph.js';
import { type ComfyOrigin, type Conversion, commonOf, inputsOf, originOf } from './conversion.js';
import { clamp, numberOf, rounded } from './rules/value-readers.js';
import { unservedWords } from './unserved-words.js';

const MAX_LEVEL = 999;
// What ComfyUI seeds the noise on image embeddings with, counted from the sampler's seed.
const EMBED_SEED_OFFSET = -10;
const MERGE_LEVEL = 50;

// Classes that make of each image one image -> the inputs they have it from.
const ONE_FOR_ONE: Readonly<Record<string, readonly string[]>> = {
  Canny: ['image'],
  ImageBlend: ['image1', 'image2'],
  ImageBlur: ['image'],
  ImageCompositeMasked: ['destination', 'source'],
  ImageCrop: ['image'],
  ImageInvert: ['image'],
  ImagePadForOutpaint: ['image'],
  ImageScale: ['image'],
  ImageScaleBy: ['image'],
  ImageScaleToTotalPixels: ['image'],
  ImageSharpen: ['image'],
  ImageUpscaleWithModel: ['image'],
};

interface ImageContext {
  readonly sampler: ComfyNode;
  readonly seed: Seed;
}

/** Each unCLIPConditioning becomes a NoiseAugment, and several are merged. @returns our link for what they ask for */
export function convertImages(
  images: readonly ComfyNode[],
  { sampler, seed }: ImageContext,
  conversion: Conversion,
): string | undefined {
  // Below 10 it begins again at the largest one, as there.
  const embedSeed = seedPlus(seed, EMBED_SEED_OFFSET);
  const conditions = images.flatMap((image) => {
    const strength = strengthOf(image);
    if (isIdle(image)) {
      conversion.note(image, 'absorbed', [], 'With strength 0 it does nothing.');
      return [];
    }
    return [convertImage(image, { strength, seed: embedSeed, sampler }, conversion)];
  });
  const [only] = conditions;
  const hasBatch = images.some((image) => mayBeBatch(image, conversion));
  if (only === undefined || (conditions.length === 1 && !hasBatch)) return only;
  if (conditions.length > 8) {
    conversion.note(sampler, 'alike', [], `Of its ${conditions.length} images only the first 8 are merged.`);
  }
  const id = conversion.newId('merge', sampler.id);
  const merged = conditions.slice(0, 8);
  const inputs: [string, string][] = merged.map((link, i) => [`condition${i + 1}`, link]);
  // Its noise comes from the stream after that of the last image.
  inputs.push(['generator', (merged.at(-1) ?? '').replace(/\.condition$/, '.generator')]);
  // ComfyUI merges the images of a batch like those of several nodes.
  const batch = hasBatch ? { batch: 'merged' } : {};
  const params = { noiseLevel: MERGE_LEVEL, numerics: 'comfyui', seed: embedSeed, ...batch };
  const node: WorkflowNode = { type: 'MergeConditions', inputs: Object.fromEntries(inputs), params };
  const place = images.at(-1)?.place;
  conversion.add(id, node, place && { ...place, y: place.y + 140 });
  return `${id}.condition`;
}

/** Python's rounding. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

const strengthOf = ({ values }: ComfyNode) => rounded(numberOf(values['strength'], 1));
/** Of strength 0: it does nothing. */
export const isIdle = (image: ComfyNode) => strengthOf(image) === 0;

function convertImage(
  image: ComfyNode,
  { strength, seed, sampler }: { readonly strength: number; readonly seed: Seed; readonly sampler: ComfyNode },
  conversion: Conversion,
): string {
  return conversion.once(`picture ${image.id} ${seed}`, () => {
    const id = conversion.newId('noise', image.id);
    const noiseLevel = roundHalfEven(MAX_LEVEL * clamp(numberOf(image.values['noise_augmentation'], 0), 0, 1));
    const held = clamp(strength, -10, 10);
    // Drawn again for each image, from the same seed.
    const sameNoise = mayBeBatch(image, conversion) ? { sameNoise: true } : {};
    const node = {
      type: 'NoiseAugment',
      ...commonOf(image),
      ...inputsOf({ embed: conversion.link(image, 'clip_vision_output') }),
      params: { noiseLevel, strength: held, numerics: 'comfyui', seed, ...sameNoise },
      comfyui: { picture: originOf(image) } satisfies ComfyOrigin,
    };
    conversion.add(id, node, image.place);
    const words = held === strength ? '' : `The strength ${strength} became ${held}: it goes from -10 to 10 here.`;
    conversion.note(image, 'exact', [id], `${words} ${unservedWords(image)}`.trim());
    if (sampler.mode !== 'run') conversion.note(sampler, 'alike', []);
    return `${id}.condition`;
  });
}

/** Whether an image may be encoded from a batch: all except those directly from a file. */
function mayBeBatch(image: ComfyNode, conversion: Conversion): boolean {
  const encode = conversion.source(image, 'clip_vision_output')?.node;
  const passed = new Set<ComfyNode>();
  const waiting = encode?.type === 'CLIPVisionEncode' ? [{ node: encode, input: 'image' }] : [];
  for (const { node, input } of waiting) {
    const image = conversion.source(node, input)?.node;
    if (image === undefined || image.type === 'LoadImage' || passed.has(image)) continue;
    passed.add(image);
    const inputs = Object.hasOwn(ONE_FOR_ONE, image.type) ? ONE_FOR_ONE[image.type] : undefined;
    if (inputs === undefined) return true;
    waiting.push(...inputs.map((name) => ({ node: image, input: name })));
  }
  return false;
}
