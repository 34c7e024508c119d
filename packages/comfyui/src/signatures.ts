import { knownClasses } from './comfy-classes.js';
import { CORE_WIDGETS } from './core-widgets.js';
import type { UiNode, UiPort } from './ui-graph.js';

/** The widgets of ComfyUI's nodes in the order in which a saved page lists their values. */
const WIDGETS: Readonly<Record<string, readonly string[]>> = {
  CheckpointLoader: ['config_name', 'ckpt_name'],
  T2IAdapterLoader: ['t2i_adapter_name'],
  CheckpointLoaderSimple: ['ckpt_name'],
  unCLIPCheckpointLoader: ['ckpt_name'],
  CLIPVisionLoader: ['clip_name'],
  CLIPVisionEncode: ['crop'],
  CLIPTextEncode: ['text'],
  CLIPSetLastLayer: ['stop_at_clip_layer'],
  unCLIPConditioning: ['strength', 'noise_augmentation'],
  ConditioningAverage: ['conditioning_to_strength'],
  ConditioningSetArea: ['width', 'height', 'x', 'y', 'strength'],
  ConditioningSetTimestepRange: ['start', 'end'],
  EmptyLatentImage: ['width', 'height', 'batch_size'],
  LatentUpscale: ['upscale_method', 'width', 'height', 'crop'],
  LatentUpscaleBy: ['upscale_method', 'scale_by'],
  RepeatLatentBatch: ['amount'],
  KSampler: ['seed', 'steps', 'cfg', 'sampler_name', 'scheduler', 'denoise'],
  KSamplerAdvanced: [
    'add_noise',
    'noise_seed',
    'steps',
    'cfg',
    'sampler_name',
    'scheduler',
    'start_at_step',
    'end_at_step',
    'return_with_leftover_noise',
  ],
  SamplerCustom: ['add_noise', 'noise_seed', 'cfg'],
  SamplerCustomAdvanced: [],
  KSamplerSelect: ['sampler_name'],
  BasicScheduler: ['scheduler', 'steps', 'denoise'],
  KarrasScheduler: ['steps', 'sigma_max', 'sigma_min', 'rho'],
  ExponentialScheduler: ['steps', 'sigma_max', 'sigma_min'],
  BetaSamplingScheduler: ['steps', 'alpha', 'beta'],
  SDTurboScheduler: ['steps', 'denoise'],
  SplitSigmas: ['step'],
  RandomNoise: ['noise_seed'],
  CFGGuider: ['cfg'],
  BasicGuider: [],
  DisableNoise: [],
  VAELoader: ['vae_name'],
  VAEDecode: [],
  VAEDecodeTiled: ['tile_size', 'overlap', 'temporal_size', 'temporal_overlap'],
  VAEEncode: [],
  VAEEncodeTiled: ['tile_size', 'overlap', 'temporal_size', 'temporal_overlap'],
  VAEEncodeForInpaint: ['grow_mask_by'],
  SetLatentNoiseMask: [],
  LoadImage: ['image'],
  LoadImageMask: ['image', 'channel'],
  SaveImage: ['filename_prefix'],
  PreviewImage: [],
  SaveImageWebsocket: [],
  ImageScale: ['upscale_method', 'width', 'height', 'crop'],
  ImageScaleBy: ['upscale_method', 'scale_by'],
  Canny: ['low_threshold', 'high_threshold'],
  ImageCrop: ['width', 'height', 'x', 'y'],
  ImageBatch: [],
  ImageFromBatch: ['batch_index', 'length'],
  EmptyImage: ['width', 'height', 'batch_size', 'color'],
  ImageToMask: ['channel'],
  ConditioningCombine: [],
  ConditioningConcat: [],
  ConditioningZeroOut: [],
  LoraLoader: ['lora_name', 'strength_model', 'strength_clip'],
  ModelMergeSimple: ['ratio'],
  ModelMergeBlocks: ['input', 'middle', 'out'],
  ModelMergeAdd: [],
  ModelMergeSubtract: ['multiplier'],
  CLIPMergeSimple: ['ratio'],
  CLIPMergeAdd: [],
  CLIPMergeSubtract: ['multiplier'],
};

// A widget of this name is followed by one that only the page knows.
const SEEDS: ReadonlySet<string> = new Set(['seed', 'noise_seed']);
// What the page does with a seed after a run; files of early 2023 have true and false.
const CONTROLS: ReadonlySet<unknown> = new Set(['fixed', 'increment', 'decrement', 'randomize', true, false]);

/** Whether a widget of this name is of the page alone: what becomes of a seed after a run, the button of an upload. */
export function isOfPage(name: string): boolean {
  return /^(?:control_after_generate|upload|fixed|increment|decrement|randomize)(?:#\d+)?$/.test(name);
}

/** Whether the page keeps behind a value of this name what becomes of it after a run. */
export function isSeedWidget(name: string): boolean {
  return SEEDS.has(name);
}

/** The position of a widget among the positional values of a node; -1 if there is no such name. */
export function indexOfWidget(names: readonly string[], values: readonly unknown[], name: string): number {
  const before = names.indexOf(name);
  return before < 0 ? -1 : countValues(names.slice(0, before), values, 0);
}

/** @returns `undefined` for a class that is not known here */
export function widgetsOf(type: string): readonly string[] | undefined {
  if (Object.hasOwn(WIDGETS, type)) return WIDGETS[type];
  return Object.hasOwn(CORE_WIDGETS, type) ? CORE_WIDGETS[type]?.split(' ').filter((name) => name !== '') : undefined;
}

const VALUE_TYPES: ReadonlySet<unknown> = new Set(['INT', 'FLOAT', 'STRING', 'BOOLEAN']);

/** The inputs of a class that are linked, in order, for files that list links without saying what the inputs are called. */
export function linkedInputsOf(type: string): readonly UiPort[] {
  linkedInputs ??= readLinkedInputs();
  return linkedInputs.get(type) ?? [];
}

let linkedInputs: ReadonlyMap<string, readonly UiPort[]> | undefined;

function readLinkedInputs(): ReadonlyMap<string, readonly UiPort[]> {
  const classes = Object.entries(knownClasses());
  return new Map(
    classes.map(([type, { required, optional }]) => {
      const inputs = Object.entries({ ...required, ...optional });
      const ports = inputs.flatMap(([name, [kind]]) =>
        typeof kind === 'string' && !VALUE_TYPES.has(kind) ? [{ name, type: kind }] : [],
      );
      return [type, ports];
    }),
  );
}

/** The names of a node's positional values; `undefined` if the file has values without names. */
export function namesOf({ type, inputs, values }: Pick<UiNode, 'type' | 'inputs' | 'values'>) {
  const known = widgetsOf(type);
  if (known !== undefined) return known;
  // Newer files list every widget among the inputs, those between only the ones that were made inputs.
  const listed = inputs.flatMap(({ widget }) => (widget === undefined || isOfPage(widget) ? [] : [widget]));
  return values.length === 0 || countValues(listed, values, 0) === values.length ? listed : undefined;
}

/** Gives positional values their names; values after a seed that are only for the page are skipped. */
export function nameValues(names: readonly string[], values: readonly unknown[]): Readonly<Record<string, unknown>> {
  const named: Record<string, unknown> = {};
  let at = 0;
  for (const name of names) {
    if (at >= values.length) break;
    named[name] = values[at++];
    if (SEEDS.has(name) && CONTROLS.has(values[at])) at++;
  }
  return named;
}

/** How many of the positional values belong to the widgets of these names. */
export function countValues(names: readonly string[], values: readonly unknown[], from: number): number {
  let at = from;
  for (const name of names) {
    at++;
    if (SEEDS.has(name) && CONTROLS.has(values[at])) at++;
  }
  return at - from;
}
