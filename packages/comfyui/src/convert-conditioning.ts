import type { ComfyNode } from './comfy-graph.js';
import { type ComfyOrigin, type Conversion, inputsOf, originOf } from './conversion.js';
import { convertPictures, isIdle } from './convert-pictures.js';
import { convertPrompt } from './convert-prompt.js';
import { SIMPLE_RULES } from './rules/index.js';
import { seedOfSampler } from './sampler-seed.js';

interface WalkedConditioning {
  /** Where it ends: a CLIPTextEncode, or what has no counterpart. */
  readonly end?: { readonly node: ComfyNode; readonly slot: number };
  /** The unCLIPConditioning on the way, those nearest the prompt first. */
  readonly pictures: readonly ComfyNode[];
}

export function walkConditioning(node: ComfyNode, input: string, conversion: Conversion): WalkedConditioning {
  const pictures = new Set<ComfyNode>();
  let end = conversion.source(node, input);
  while (end !== undefined && conversion.isPart(end.node, 'unCLIPConditioning') && !pictures.has(end.node)) {
    pictures.add(end.node);
    end = conversion.source(end.node, 'conditioning');
  }
  return { pictures: [...pictures].reverse(), ...(end && { end }) };
}

interface Sides {
  readonly positive: WalkedConditioning;
  readonly negative: WalkedConditioning;
}

/** Two plain prompts become one TextEncode; others, such as combined ones, are paired. @returns our link for them */
export function convertPrompts(
  sampler: ComfyNode,
  { positive, negative }: Sides,
  conversion: Conversion,
): string | undefined {
  const [text, avoided] = [positive.end?.node, negative.end?.node];
  if (text !== undefined && avoided !== undefined && isPrompt(text, conversion) && isPrompt(avoided, conversion)) {
    const hasImages = negative.pictures.some((picture) => !isIdle(picture));
    if (text.type === 'CLIPTextEncode' && avoided.type === 'CLIPTextEncode' && !hasImages)
      return convertPrompt(text, avoided, conversion);
    return pairPrompts(sampler, { positive, negative }, conversion);
  }
  if (text?.type !== 'CLIPTextEncode') {
    if (avoided?.type === 'CLIPTextEncode') convertPrompt(avoided, undefined, conversion);
    return positive.end && conversion.outputOf(positive.end);
  }
  if (avoided !== undefined) {
    conversion.note(sampler, 'alike', [], `Its negative side (${avoided.type}) has no counterpart and is left empty.`);
  }
  return convertPrompt(text, undefined, conversion);
}

/** Whether it gives a conditioning that has a counterpart here. */
function isPrompt(node: ComfyNode, conversion: Conversion): boolean {
  const { type } = node;
  if (type === 'CLIPTextEncode') return true;
  return (
    Object.hasOwn(SIMPLE_RULES, type) && type.startsWith('Conditioning') && conversion.problemOf(node) === undefined
  );
}

function pairPrompts(sampler: ComfyNode, { positive, negative }: Sides, conversion: Conversion): string {
  const pictures = negative.pictures.map(({ id }) => id);
  const key = ['pair', positive.end?.node.id, negative.end?.node.id, ...pictures, pictures.length > 0 && sampler.id];
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

/** Our link for an input; a prompt that is read there is made, since it has no node of its own until somebody reads it. */
export function promptLink(node: ComfyNode, input: string, conversion: Conversion): string | undefined {
  const walked = walkConditioning(node, input, conversion);
  const { end, pictures } = walked;
  if (end === undefined || pictures.length === 0) return end && outputOfPrompt(end, conversion);
  return withImages(walked, conversion.samplersBehind(node), conversion);
}

/** A prompt that is led by images of its own, whose noise is drawn from the seed of the sampler. */
function withImages(
  { end, pictures }: WalkedConditioning,
  samplers: readonly ComfyNode[],
  conversion: Conversion,
): string | undefined {
  const prompt = end && outputOfPrompt(end, conversion);
  const [sampler] = samplers;
  if (pictures.length === 0 || sampler === undefined || end === undefined) return prompt;
  const seed = seedOfSampler(sampler).value;
  const image = convertPictures(pictures, { sampler, seed }, conversion);
  if (image === undefined) return prompt;
  if (samplers.some((other) => seedOfSampler(other).value !== seed)) {
    for (const picture of pictures) {
      conversion.note(
        picture,
        'alike',
        [],
        `Its noise is drawn from the seed of the sampler ${sampler.id} for all samplers.`,
      );
    }
  }
  const key = ['image', end.node.id, end.slot, ...pictures.map(({ id }) => id), seed].join(' ');
  return conversion.once(key, () => {
    const last = pictures.at(-1) ?? end.node;
    const id = conversion.newId('prompt-image', last.id);
    const idle = pictures.flatMap((picture, i) => (isIdle(picture) ? [[`idle${i}`, originOf(picture)] as const] : []));
    const made = {
      ...{ type: 'ConditioningSetImage', ...inputsOf({ conditioning: prompt, image }) },
      comfyui: Object.fromEntries(idle) satisfies ComfyOrigin,
    };
    const { place } = last;
    conversion.add(id, made, place && { ...place, y: place.y + place.height + 40 });
    return `${id}.conditioning`;
  });
}

function outputOfPrompt(source: { readonly node: ComfyNode; readonly slot: number }, conversion: Conversion) {
  const known = conversion.outputOf(source);
  if (known !== undefined || source.node.type !== 'CLIPTextEncode') return known;
  return convertPrompt(source.node, undefined, conversion);
}
