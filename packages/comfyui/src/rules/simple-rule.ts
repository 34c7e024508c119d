import type { ComfyChoices, ComfyClass } from '../comfy-class.js';
import type { Likeness } from '../report.js';

export type Values = Readonly<Record<string, unknown>>;

/** A node of ComfyUI that is one node here: how ComfyUI declares it, and both directions. */
export interface SimpleRule {
  readonly type: string;
  /** Begins its id. */
  readonly prefix: string;
  /** ComfyUI's input -> ours. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Ours, by the place of ComfyUI's; `null`: has no counterpart. */
  readonly outputs: readonly (string | null)[];
  readonly likeness: Likeness;
  /** Its inputs and outputs, in full. */
  readonly declared: ComfyClass | ((choices: ComfyChoices) => ComfyClass);
  toParams(values: Values): { readonly params: Values; readonly words?: string };
  /** Why values have no counterpart, as a message; they have one when left out. */
  problem?(values: Values): string | undefined;
  /** The opposite, for an export. */
  toValues(params: Values): Values;
  /** Whether it says what these params mean, of several that make one node; it does when left out. */
  fits?(params: Values): boolean;
}

/** What the rules make computes as ComfyUI does. */
export const NUMERICS = { numerics: 'comfyui' } as const;

export const hasSide = ({ width = 0, height = 0 }: Values) => width !== 0 || height !== 0;

export const hasNoSide = (params: Values) => !hasSide(params);
