import { unclipNodes } from '@unclip-studio/nodes-unclip';
import type { ComfyChoices, ComfyClass, InputSpec } from '../comfy-class.js';
import { comfyClasses } from '../comfy-classes.js';
import { SIMPLE_RULES } from '../rules/index.js';
import { DISPLAY_NAMES } from './display-names.js';

/**
 * All available node classes, as ComfyUI's server describes them: every class for which an import has a counterpart.
 */
export function objectInfo(choices: ComfyChoices): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(comfyClasses(choices)).map(([name, one]) => [name, classInfo(name, one)]));
}

function classInfo(name: string, { required, optional, output, ...about }: ComfyClass) {
  const { inputs, outputs, description } = helpOf(name);
  const explained = (specs: Readonly<Record<string, InputSpec>>) =>
    Object.fromEntries(Object.entries(specs).map(([input, spec]) => [input, withTooltip(spec, inputs[input])]));
  return {
    input: { required: explained(required), ...(optional && { optional: explained(optional) }) },
    input_order: { required: Object.keys(required), ...(optional && { optional: Object.keys(optional) }) },
    output,
    output_is_list: output.map(() => false),
    output_name: about.outputNames ?? output,
    ...(outputs.length === 0 ? {} : { output_tooltips: outputs }),
    name,
    display_name: DISPLAY_NAMES[name] ?? name,
    description,
    python_module: 'nodes',
    category: about.category,
    output_node: about.isOutput === true,
    ...(about.isDeprecated === true ? { deprecated: true } : {}),
  };
}

function withTooltip([kind, options]: InputSpec, tooltip: string | undefined): InputSpec {
  if (tooltip === undefined) return options === undefined ? [kind] : [kind, options];
  return [kind, { ...options, tooltip }];
}

interface Help {
  readonly description: string;
  readonly inputs: Readonly<Record<string, string | undefined>>;
  readonly outputs: readonly string[];
}

/** The definition and links of the node that represents a class here. */
function helpOf(name: string): Help {
  const rule = Object.hasOwn(SIMPLE_RULES, name) ? SIMPLE_RULES[name] : undefined;
  const node = unclipNodes.find(({ type }) => type === (rule?.type ?? MADE_BY_HAND[name]));
  if (node === undefined) return { description: '', inputs: {}, outputs: [] };
  const inputs = Object.entries(rule?.inputs ?? {}).map(([theirs, ours]) => [theirs, node.inputs[ours]?.help] as const);
  const outputs = (rule?.outputs ?? []).map((output) => (output === null ? '' : (node.outputs[output]?.help ?? '')));
  return { description: node.description, inputs: Object.fromEntries(inputs), outputs };
}

/** Our nodes that represent classes without their own rule. */
const MADE_BY_HAND: Readonly<Record<string, string>> = {
  CLIPTextEncode: 'TextEncode',
  KSampler: 'UNetSample',
  KSamplerAdvanced: 'UNetSample',
  SamplerCustom: 'UNetSample',
  SamplerCustomAdvanced: 'UNetSample',
  unCLIPConditioning: 'NoiseAugment',
};
