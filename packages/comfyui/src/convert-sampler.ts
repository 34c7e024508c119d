import { MAX_STEPS } from '@unclip-studio/nodes-unclip';
import { type ComfyNode, textOf } from './comfy-graph.js';
import { type ComfyOrigin, type Conversion, commonOf, INPAINT, inputsOf, originOf } from './conversion.js';
import { convertPrompts, walkConditioning } from './convert-conditioning.js';
import { convertImages, isIdle } from './convert-images.js';
import { carrierInput, firstInBatch, partOfBatch } from './latent-batches.js';
import { clamp, numberOf, rounded, truthOf } from './rules/value-readers.js';
import { exactSamplerOf, samplerOf, spacingOf } from './sampler-names.js';
import { seedOfSampler } from './sampler-seed.js';
import { unservedWords } from './unserved-words.js';

/** Why a sampler cannot be one here, as a message; `undefined` if it can. */
export function samplerProblem(node: ComfyNode, conversion: Conversion): string | undefined {
  const problem = conversion.problemOf(node);
  if (problem !== undefined) return problem;
  const name = node.values['sampler_name'];
  return name === undefined || samplerOf(name) !== undefined
    ? undefined
    : `The sampler "${textOf(name)}" has no counterpart.`;
}

/** KSampler or KSamplerAdvanced, with the prompts, images and empty latent that lead to it, becomes UNetSample. */
export function convertSampler(node: ComfyNode, conversion: Conversion, id: string): void {
  const seed = seedOfSampler(node);
  const positive = walkConditioning(node, 'positive', conversion);
  const negative = walkConditioning(node, 'negative', conversion);
  const start = walkLatent(node, conversion);
  const prompt = convertPrompts(node, { positive, negative }, conversion);
  const images = convertImages(positive.images, { sampler: node, seed: seed.value }, conversion);
  const { params, words, isExact } = samplerParams(node);
  const { node: written = node, parts = {}, remark } = node.custom ?? {};
  const origin: Record<string, ReturnType<typeof originOf>> = { sampler: originOf(written) };
  for (const [role, part] of Object.entries(parts)) origin[role] = originOf(part);
  if (start.empty) origin['latent'] = originOf(start.empty);
  if (start.repeat) origin['repeat'] = originOf(start.repeat);
  if (start.masked) origin['masked'] = originOf(start.masked);
  if (start.part) origin['part'] = originOf(start.part);
  if (start.inherited) origin['inherited'] = originOf(start.inherited);
  for (const [place, image] of positive.images.entries()) {
    if (isIdle(image)) origin[`idle${place}`] = originOf(image);
  }
  const made = {
    type: 'UNetSample',
    ...commonOf(node),
    ...inputsOf({
      unet: conversion.link(node, 'model'),
      prompt,
      image: images,
      latent: start.link,
      mask: start.mask,
      map: mapOf(node, conversion),
    }),
    params: { ...params, ...start.params, seed: seed.value },
    comfyui: origin satisfies ComfyOrigin,
  };
  conversion.add(id, made, node.place);
  for (const part of Object.values(parts)) conversion.note(part, 'absorbed', [id]);
  for (const part of [start.empty, start.repeat, start.masked, start.part]) {
    if (part) conversion.note(part, 'absorbed', [id]);
  }
  const unserved = [
    written,
    ...Object.values(parts),
    ...(start.empty ? [start.empty] : []),
    ...(start.repeat ? [start.repeat] : []),
  ];
  if (remark !== undefined) words.push(remark);
  words.push(...heldWords(node.values, { steps: params['steps'], cfg: params['guidanceScale'] }));
  if (start.empty) {
    const { width, height, count: batch } = start.params;
    const repeated = start.repeat !== undefined || start.part !== undefined;
    words.push(...heldWords(start.empty.values, { width, height, ...(repeated ? {} : { batch_size: batch }) }));
  }
  const told = [...words, ...seed.words, ...unserved.map(unservedWords)].join(' ').trim();
  conversion.note(node, isExact && told === '' ? 'exact' : 'alike', [id], told);
}

/** What its prompts carry of an image with a mask. */
function mapOf(sampler: ComfyNode, conversion: Conversion): string | undefined {
  const inpaint = conversion.inpaintBehind(sampler);
  return inpaint && conversion.outputOf({ node: inpaint, slot: LATENT_OF_INPAINT })?.replace(/\.latent$/, '.map');
}

const LATENT_OF_INPAINT = 2;

/** Which numbers of a node are beyond what there is here, as a message. @param held what became of them */
function heldWords(values: ComfyNode['values'], held: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(held).flatMap(([name, is]) => {
    const was = numberOf(values[name], Number.NaN);
    // Sizes are rounded down to whole cells there as well.
    const isHeld = typeof is === 'number' && !(Math.abs(was - is) < 8) && !Number.isNaN(was);
    return isHeld ? [`The ${name} ${was} became ${is}, which is the limit here.`] : [];
  });
}

interface WalkedLatent {
  readonly params: Readonly<Record<string, number>>;
  readonly link?: string;
  readonly mask?: string;
  readonly empty?: ComfyNode;
  readonly repeat?: ComfyNode;
  readonly masked?: ComfyNode;
  /** Which takes some of a batch. */
  readonly part?: ComfyNode;
  /** Whose mask is still there, behind nodes that hand it on. */
  readonly inherited?: ComfyNode;
}

/** An empty latent becomes a size, a batch a count; any other latent is the start of the sampling. */
function walkLatent(sampler: ComfyNode, conversion: Conversion): WalkedLatent {
  let node = sampler;
  let input = 'latent_image';
  const found: { repeat?: ComfyNode; masked?: ComfyNode; part?: ComfyNode } = {};
  for (;;) {
    const source = conversion.source(node, input);
    if (source === undefined) break;
    const part = source.node;
    if (found.repeat === undefined && conversion.isPart(part, 'RepeatLatentBatch')) found.repeat = part;
    else if (found.masked === undefined && conversion.isPart(part, 'SetLatentNoiseMask')) found.masked = part;
    else if (conversion.isPart(part, 'LatentFromBatch') && isPartOfEmpty(part, conversion)) found.part = part;
    else break;
    node = source.node;
    input = 'samples';
  }
  const count = found.repeat === undefined ? 1 : Math.trunc(clamp(numberOf(found.repeat.values['amount'], 1), 1, 64));
  const end = conversion.source(node, input);
  if (end !== undefined && conversion.isPart(end.node, 'EmptyLatentImage')) {
    const { width, height, batch_size: batch } = end.node.values;
    const side = (value: unknown) => 8 * Math.floor(clamp(numberOf(value, 512), 8, 2048) / 8);
    const size = { width: side(width), height: side(height) };
    const emptyMask = found.masked && conversion.link(found.masked, 'mask');
    const mask = emptyMask === undefined ? {} : { mask: emptyMask };
    if (found.part !== undefined) {
      const { first, length } = partOfBatch(found.part, numberOf(batch, 1));
      return { ...found, ...mask, empty: end.node, params: { ...size, count: length * count, firstInBatch: first } };
    }
    const images = Math.trunc(clamp(numberOf(batch, 1) * count, 1, 64));
    return { ...found, ...mask, empty: end.node, params: { ...size, count: images } };
  }
  const link = conversion.link(node, input);
  const inherited = found.masked === undefined && end !== undefined ? maskBehind(end, conversion) : undefined;
  // An encoder that prepares an area for inpainting outputs its own mask.
  const slot = inherited && MAKES_MASK[inherited.type];
  const made = inherited && slot !== undefined ? conversion.outputOf({ node: inherited, slot }) : undefined;
  const grown = made?.replace(/\.latent$/, '.mask');
  const masked = found.masked ?? inherited;
  const mask = grown ?? (masked && conversion.link(masked, 'mask'));
  const first = end && firstInBatch(end.node, conversion);
  const params = { ...(count === 1 ? {} : { count }), ...(first === undefined ? {} : { firstInBatch: first }) };
  return {
    ...found,
    ...(inherited && { inherited }),
    params,
    ...(link === undefined ? {} : { link }),
    ...(mask === undefined ? {} : { mask }),
  };
}

/** Nodes that give a latent a modified mask -> the output with that latent. */
const MAKES_MASK: Readonly<Record<string, number>> = { VAEEncodeForInpaint: 0, [INPAINT]: LATENT_OF_INPAINT };

/** The node that gave a latent its mask, if any did. */
function maskBehind({ node: start }: { readonly node: ComfyNode }, conversion: Conversion): ComfyNode | undefined {
  const passed = new Set<string>();
  let node: ComfyNode | undefined = start;
  while (node !== undefined && !passed.has(node.id)) {
    if (node.type === 'SetLatentNoiseMask' || node.type === 'VAEEncodeForInpaint') return node;
    if (node.type === INPAINT) return truthOf(node.values['noise_mask'], true) ? node : undefined;
    passed.add(node.id);
    const input: string | undefined = carrierInput(node.type);
    node = input === undefined ? undefined : conversion.source(node, input)?.node;
  }
  return undefined;
}

/** Some of a batch that is there, which a sampler cannot take of it. */
export function isPartOfMade(node: ComfyNode, conversion: Conversion): boolean {
  return node.type === 'LatentFromBatch' && !isPartOfEmpty(node, conversion);
}

function isPartOfEmpty(part: ComfyNode, conversion: Conversion): boolean {
  return conversion.source(part, 'samples')?.node.type === 'EmptyLatentImage';
}

interface SamplerParams {
  readonly params: Readonly<Record<string, unknown>>;
  readonly words: string[];
  /** It computes as the node there does. */
  readonly isExact: boolean;
}

function samplerParams(node: ComfyNode): SamplerParams {
  const { type, values } = node;
  const exact = exactSamplerOf(values['sampler_name'] ?? 'euler', values['scheduler'] ?? 'normal');
  if (exact === undefined) return { ...nearestSampler(node), isExact: false };
  const steps = Math.trunc(clamp(numberOf(values['steps'], 20), 1, MAX_STEPS));
  const denoise = clamp(rounded(numberOf(values['denoise'], 1)), 0, 1);
  return {
    params: {
      ...{ numerics: 'comfyui', ...exact, steps },
      guidanceScale: clamp(rounded(numberOf(values['cfg'], 8)), 0, 100),
      ...(type === 'KSampler' ? (denoise === 1 ? {} : { denoise }) : exactPart(values)),
    },
    words: [],
    isExact: true,
  };
}

/** From which step to which, as KSamplerAdvanced says it. */
function exactPart(values: ComfyNode['values']): Readonly<Record<string, unknown>> {
  const step = (value: unknown, otherwise: number) => Math.trunc(clamp(numberOf(value, otherwise), 0, 10_000));
  const [start, end] = [step(values['start_at_step'], 0), step(values['end_at_step'], 10_000)];
  const stops = end < 1000;
  return {
    // Without a step the latent comes back.
    ...(end === 0 ? { denoise: 0 } : {}),
    ...(start > 0 ? { startAt: Math.min(start, 1000) } : {}),
    ...(stops && end > 0 ? { stopAt: end } : {}),
    ...(stops && values['return_with_leftover_noise'] !== 'enable' ? { leftoverNoise: false } : {}),
    ...(values['add_noise'] === 'disable' ? { addNoise: false } : {}),
  };
}

/** Where the numbers cannot be the same: diffusers' sampler that means the same. */
function nearestSampler({ type, values }: ComfyNode): Omit<SamplerParams, 'isExact'> {
  const sampler = samplerOf(values['sampler_name'] ?? 'euler');
  const scheduler = sampler?.scheduler ?? 'euler';
  const { remark, ...spacing } = spacingOf(values['scheduler'] ?? 'normal', scheduler);
  const steps = Math.trunc(clamp(numberOf(values['steps'], 20), 1, MAX_STEPS));
  const part =
    type === 'KSampler' ? { denoise: clamp(rounded(numberOf(values['denoise'], 1)), 0, 1) } : partOf(values, steps);
  const isUnended = 'stopAt' in part && values['return_with_leftover_noise'] !== 'enable';
  const remarks = [sampler?.remark, remark].filter((one) => one !== undefined);
  const { denoise, ...more } = part;
  return {
    params: {
      ...{ scheduler, steps, ...spacing },
      guidanceScale: clamp(rounded(numberOf(values['cfg'], 8)), 0, 100),
      // ComfyUI plans all the steps over the share, diffusers leaves the rest of them out.
      ...(denoise === 1 ? {} : { denoise }),
      ...more,
    },
    words: [
      ...(remarks.length === 0 ? [] : [`Drawn ${remarks.join(' and ')}.`]),
      ...(isUnended ? ['What noise is left when it stops stays in; ComfyUI takes it off at one stroke.'] : []),
    ],
  };
}

interface Part {
  readonly denoise: number;
  readonly stopAt?: number;
  readonly addNoise?: false;
}

/** From which step to which, as KSamplerAdvanced says it. */
function partOf(values: ComfyNode['values'], steps: number): Part {
  const first = Math.trunc(clamp(numberOf(values['start_at_step'], 0), 0, steps));
  const last = Math.trunc(clamp(numberOf(values['end_at_step'], 10_000), 0, 10_000));
  return {
    denoise: shareOf(steps - first, steps),
    ...(last < steps ? { stopAt: Math.max(last, 1) } : {}),
    ...(values['add_noise'] === 'disable' ? { addNoise: false } : {}),
  };
}

/** A share of which rounding costs no step: `floor(steps * share)` is `left`. */
function shareOf(left: number, steps: number): number {
  const share = Math.ceil((left / steps) * 1e6) / 1e6;
  return Math.floor(steps * share) === left ? share : rounded(share + 1e-6);
}
