import type { ComfyNode } from './comfy-graph.js';
import { type ComfyOrigin, type Conversion, inputsOf, originOf } from './conversion.js';
import { convertControl, inputBehind, isControl, OLD_CONTROL } from './convert-control.js';
import { convertImages, isIdle } from './convert-images.js';
import { convertPrompt } from './convert-prompt.js';
import { SIMPLE_RULES } from './rules/index.js';
import { seedOfSampler } from './sampler-seed.js';

interface Source {
  readonly node: ComfyNode;
  readonly slot: number;
}

interface WalkedConditioning {
  /** Where it ends: a CLIPTextEncode, a ControlNet that is applied, or what has no counterpart. */
  readonly end?: Source;
  /** The unCLIPConditioning nodes in the chain, also behind ControlNets, those nearest the prompt first. */
  readonly images: readonly ComfyNode[];
}

export function walkConditioning(node: ComfyNode, input: string, conversion: Conversion): WalkedConditioning {
  const images = new Set<ComfyNode>();
  const controls = new Set<string>();
  let end: Source | undefined;
  let source = conversion.source(node, input);
  while (source !== undefined) {
    const { node: found, slot } = source;
    if (conversion.isPart(found, 'unCLIPConditioning')) {
      if (images.has(found)) break;
      images.add(found);
      source = conversion.source(found, 'conditioning');
      continue;
    }
    end ??= source;
    if (!isControl(found, conversion) || controls.has(`${found.id} ${slot}`)) break;
    controls.add(`${found.id} ${slot}`);
    source = conversion.source(found, inputBehind(source));
  }
  return { images: [...images].reverse(), ...(end && { end }) };
}

/** Where the conditioning of an input comes from, unCLIPConditioning seen through. */
function endOf(node: ComfyNode, input: string, conversion: Conversion): Source | undefined {
  const passed = new Set<ComfyNode>();
  let source = conversion.source(node, input);
  while (source !== undefined && conversion.isPart(source.node, 'unCLIPConditioning')) {
    if (passed.has(source.node)) return undefined;
    passed.add(source.node);
    source = conversion.source(source.node, 'conditioning');
  }
  return source;
}

interface Sides {
  readonly positive: WalkedConditioning;
  readonly negative: WalkedConditioning;
}

/**
 * Two plain prompts become one TextEncode; others, such as combined ones, are paired; and ControlNets that apply to
 * both are applied to the result.
 *
 * @returns our link for them
 */
export function convertPrompts(sampler: ComfyNode, sides: Sides, conversion: Conversion): string | undefined {
  const controls: ComfyNode[] = [];
  let behind = sides;
  for (;;) {
    const control = controlOfBoth(behind, conversion);
    if (control === undefined || controls.includes(control.node)) break;
    controls.push(control.node);
    behind = control.behind;
  }
  return controls.reduceRight(
    (prompt, node) => convertControl(node, { prompt, side: 'control' }, conversion),
    convertPlainPrompts(sampler, behind, conversion),
  );
}

function convertPlainPrompts(
  sampler: ComfyNode,
  { positive, negative }: Sides,
  conversion: Conversion,
): string | undefined {
  const [text, avoided] = [positive.end?.node, negative.end?.node];
  if (text !== undefined && avoided !== undefined && isPrompt(text, conversion) && isPrompt(avoided, conversion)) {
    const hasImages = negative.images.some((image) => !isIdle(image));
    if (text.type === 'CLIPTextEncode' && avoided.type === 'CLIPTextEncode' && !hasImages)
      return convertPrompt(text, avoided, conversion);
    return pairPrompts(sampler, { positive, negative }, conversion);
  }
  if (text?.type !== 'CLIPTextEncode') {
    if (avoided?.type === 'CLIPTextEncode') convertPrompt(avoided, undefined, conversion);
    return positive.end && outputOfPrompt(positive.end, conversion);
  }
  if (avoided !== undefined) {
    conversion.note(sampler, 'alike', [], `Its negative side (${avoided.type}) has no counterpart and is left empty.`);
  }
  return convertPrompt(text, undefined, conversion);
}

/**
 * A ControlNet that applies to both sides of a sampler, and what comes before it on either side; images are collected
 * separately.
 */
function controlOfBoth({ positive, negative }: Sides, conversion: Conversion) {
  const { end } = positive;
  if (end === undefined || !isControl(end.node, conversion)) return undefined;
  const { node } = end;
  const before = ({ images }: WalkedConditioning, input: string): WalkedConditioning => {
    const source = endOf(node, input, conversion);
    return { images, ...(source && { end: source }) };
  };
  if (node.type === OLD_CONTROL) {
    // It applies to the negative prompt as well, unless that has its own ControlNet.
    const isFree = negative.end !== undefined && !isControl(negative.end.node, conversion);
    return isFree ? { node, behind: { positive: before(positive, 'conditioning'), negative } } : undefined;
  }
  if (negative.end?.node !== node || end.slot !== 0 || negative.end.slot !== 1) return undefined;
  return { node, behind: { positive: before(positive, 'positive'), negative: before(negative, 'negative') } };
}

/** Whether it gives a conditioning that has a counterpart here. */
function isPrompt(node: ComfyNode, conversion: Conversion): boolean {
  const { type } = node;
  if (type === 'CLIPTextEncode' || isControl(node, conversion)) return true;
  return (
    Object.hasOwn(SIMPLE_RULES, type) && type.startsWith('Conditioning') && conversion.problemOf(node) === undefined
  );
}

function pairPrompts(sampler: ComfyNode, { positive, negative }: Sides, conversion: Conversion): string {
  const images = negative.images.map(({ id }) => id);
  const ends = [positive, negative].map(({ end }) => `${end?.node.id} ${end?.slot}`);
  const key = ['pair', ...ends, ...images, images.length > 0 && sampler.id];
  return conversion.once(key.join(' '), () => {
    const id = conversion.newId('pair', sampler.id);
    const inputs = {
      positive: positive.end && outputOfPrompt(positive.end, conversion),
      negative: withImages(negative, [sampler], conversion),
    };
    conversion.add(id, { type: 'ConditioningPair', ...inputsOf(inputs) }, negative.end?.node.place);
    return `${id}.conditioning`;
  });
}

/** Our link for an input; a prompt is created when it is first read, since it has no node before that. */
export function promptLink(node: ComfyNode, input: string, conversion: Conversion): string | undefined {
  const walked = walkConditioning(node, input, conversion);
  const { end, images } = walked;
  if (end === undefined || images.length === 0) return end && outputOfPrompt(end, conversion);
  return withImages(walked, conversion.samplersBehind(node), conversion);
}

/** A prompt with its own image conditioning, whose noise uses the sampler's seed. */
function withImages(
  { end, images }: WalkedConditioning,
  samplers: readonly ComfyNode[],
  conversion: Conversion,
): string | undefined {
  const prompt = end && outputOfPrompt(end, conversion);
  const [sampler] = samplers;
  if (images.length === 0 || sampler === undefined || end === undefined) return prompt;
  const seed = seedOfSampler(sampler).value;
  const image = convertImages(images, { sampler, seed }, conversion);
  if (image === undefined) return prompt;
  if (samplers.some((other) => seedOfSampler(other).value !== seed)) {
    for (const condition of images) {
      conversion.note(
        condition,
        'alike',
        [],
        `Its noise is drawn from the seed of the sampler ${sampler.id} for all samplers.`,
      );
    }
  }
  const key = ['image', end.node.id, end.slot, ...images.map(({ id }) => id), seed].join(' ');
  return conversion.once(key, () => {
    const last = images.at(-1) ?? end.node;
    const id = conversion.newId('prompt-image', last.id);
    const idle = images.flatMap((condition, i) =>
      isIdle(condition) ? [[`idle${i}`, originOf(condition)] as const] : [],
    );
    const made = {
      ...{ type: 'ConditioningSetImage', ...inputsOf({ conditioning: prompt, image }) },
      comfyui: Object.fromEntries(idle) satisfies ComfyOrigin,
    };
    const { place } = last;
    conversion.add(id, made, place && { ...place, y: place.y + place.height + 40 });
    return `${id}.conditioning`;
  });
}

function outputOfPrompt(source: Source, conversion: Conversion): string | undefined {
  const controls: Source[] = [];
  let end: Source | undefined = source;
  while (end !== undefined && isControl(end.node, conversion)) {
    const { node, slot } = end;
    // A circle, which begins nowhere.
    if (controls.some((passed) => passed.node === node && passed.slot === slot)) end = undefined;
    else {
      controls.push(end);
      end = endOf(node, inputBehind(end), conversion);
    }
  }
  return controls.reduceRight((prompt, { node, slot }) => {
    const isNegative = slot === 1 && node.type !== OLD_CONTROL;
    return convertControl(node, { prompt, side: isNegative ? 'controlNegative' : 'controlPositive' }, conversion);
  }, end && outputOfEnd(end, conversion));
}

function outputOfEnd(source: Source, conversion: Conversion): string | undefined {
  const known = conversion.outputOf(source);
  if (known !== undefined || source.node.type !== 'CLIPTextEncode') return known;
  return convertPrompt(source.node, undefined, conversion);
}
