import type { ComfyNode } from './comfy-graph.js';
import { type Conversion, inputsOf } from './conversion.js';
import { convertPrompt } from './convert-prompt.js';
import { SIMPLE_RULES } from './rules/index.js';

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
    if (text.type === 'CLIPTextEncode' && avoided.type === 'CLIPTextEncode')
      return convertPrompt(text, avoided, conversion);
    return pairPrompts(sampler, { text, avoided }, conversion);
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

function pairPrompts(
  sampler: ComfyNode,
  { text, avoided }: { readonly text: ComfyNode; readonly avoided: ComfyNode },
  conversion: Conversion,
): string {
  return conversion.once(`pair ${text.id} ${avoided.id}`, () => {
    const [positive, negative] = [text, avoided].map((node) => outputOfPrompt({ node, slot: 0 }, conversion));
    const id = conversion.newId('pair', sampler.id);
    conversion.add(id, { type: 'ConditioningPair', ...inputsOf({ positive, negative }) }, avoided.place);
    return `${id}.conditioning`;
  });
}

/** Our link for an input; a prompt that is read there is made, since it has no node of its own until somebody reads it. */
export function promptLink(node: ComfyNode, input: string, conversion: Conversion): string | undefined {
  const walked = walkConditioning(node, input, conversion);
  for (const picture of walked.pictures) {
    conversion.note(picture, 'alike', [], 'Behind combined prompts its image is left out: connect it to the sampler.');
  }
  return walked.end && outputOfPrompt(walked.end, conversion);
}

function outputOfPrompt(source: { readonly node: ComfyNode; readonly slot: number }, conversion: Conversion) {
  const known = conversion.outputOf(source);
  if (known !== undefined || source.node.type !== 'CLIPTextEncode') return known;
  return convertPrompt(source.node, undefined, conversion);
}
