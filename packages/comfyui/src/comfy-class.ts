import { MAX_SIDE_PX, MAX_STEPS, NOISE_SCHEDULE_NAMES } from '@unclip-studio/nodes-unclip';

const LARGEST_SEED = 18446744073709551615n;

/** Type or choices, and what a page needs to draw it. */
export type InputSpec = readonly [string | readonly string[], object?];

export interface ComfyClass {
  readonly required: Readonly<Record<string, InputSpec>>;
  readonly optional?: Readonly<Record<string, InputSpec>>;
  readonly output: readonly string[];
  /** What outputs are called, where it is not their types. */
  readonly outputNames?: readonly string[];
  readonly category: string;
  readonly isOutput?: true;
  readonly isDeprecated?: true;
}

export const int = (value: number, min: number, max: number, step = 1): InputSpec => [
  'INT',
  { default: value, min, max, step },
];
export const float = (value: number, min: number, max: number, step = 0.01): InputSpec => [
  'FLOAT',
  { default: value, min, max, step },
];
export const seed: InputSpec = ['INT', { default: 0, min: 0, max: LARGEST_SEED, control_after_generate: true }];
export const link = (type: string): InputSpec => [type];
export const sides = (value: number, min: number, step = 1) => ({
  width: int(value, min, MAX_SIDE_PX, step),
  height: int(value, min, MAX_SIDE_PX, step),
});
export const corner = (step = 1) => ({ x: int(0, 0, MAX_SIDE_PX, step), y: int(0, 0, MAX_SIDE_PX, step) });
export const edges = (step = 1) => ({
  ...{ left: int(0, 0, MAX_SIDE_PX, step), top: int(0, 0, MAX_SIDE_PX, step) },
  ...{ right: int(0, 0, MAX_SIDE_PX, step), bottom: int(0, 0, MAX_SIDE_PX, step) },
});

/** ComfyUI's own limit is 10,000. */
export const steps = int(20, 1, MAX_STEPS);
export const cfg: InputSpec = ['FLOAT', { default: 8, min: 0, max: 100, step: 0.1, round: 0.01 }];

/** What a server has to choose from. */
export interface ComfyChoices {
  readonly checkpoints: readonly string[];
  /** Names of other models, by ComfyUI's folder. */
  readonly models: Readonly<Record<string, readonly string[]>>;
  readonly images: readonly string[];
  readonly samplers: readonly string[];
}

// In ComfyUI's order: the first is what a new node is set to.
const FIRST_SCHEDULES = ['simple', 'sgm_uniform', 'karras', 'exponential', 'ddim_uniform', 'beta', 'normal'];
export const SCHEDULE_NAMES = [
  ...FIRST_SCHEDULES.filter((name) => NOISE_SCHEDULE_NAMES.some((known) => known === name)),
  ...NOISE_SCHEDULE_NAMES.filter((name) => !FIRST_SCHEDULES.includes(name)),
];
