import type { Period, PromptPart, Span } from '../../port-types/conditioning.js';
import type { PromptTask } from '../ask-guided.js';
import type { PromptGuides } from '../guides.js';
import { type Cells, footprintOf, type SamplingTime, steersAt } from '../prompt-parts.js';
import { type DiscreteSigmas, sigmaOfTimestep } from './discrete-sigmas.js';

/** Both sides of the prompts of a sampler, with where each of them steers. */
export interface PromptTasks {
  readonly guided: readonly PromptTask[];
  readonly unguided: readonly PromptTask[];
}

/**
 * The UNet calls. For each area of one side the other side is predicted too, with its smallest prompt that contains the
 * area, and with the area's weights.
 *
 * @see ComfyUI 0.3.64, comfy/samplers.py, create_cond_with_same_area_if_none
 */
export function promptTasks(prompts: PromptGuides, size: { readonly h: number; readonly w: number }): PromptTasks {
  const toTask = (part: PromptPart, index: number, isGuided: boolean): PromptTask => {
    return { isGuided, index, part, footprint: footprintOf(part, { ...size, pixelsPerCell: prompts.pixelsPerCell }) };
  };
  const guided = prompts.guided.map((part, index) => toTask(part, index, true));
  const unguided = prompts.unguided.map((part, index) => toTask(part, index, false));
  for (const task of guided) addOpposite(task, unguided);
  for (const task of unguided) addOpposite(task, guided);
  return { guided, unguided };
}

function addOpposite(task: PromptTask, others: PromptTask[]): void {
  if (!hasArea(task)) return;
  const { cells } = task.footprint;
  const whole = others.filter((other) => !hasArea(other));
  const around = others.filter((other) => hasArea(other) && isInside(cells, other.footprint.cells));
  const [least = whole[0]] = [...around].sort((a, b) => areaOf(a) - areaOf(b));
  if (least === undefined) return;
  if (hasArea(least) && areaOf(least) === cells.h * cells.w) return;
  const { image: _, ...where } = task.part;
  const { states, image } = least.part;
  others.push({
    ...task,
    isGuided: least.isGuided,
    index: others.length,
    part: { ...where, states, ...(image && { image }) },
  });
}

function hasArea({ part }: PromptTask): boolean {
  return part.area !== null || part.mask?.cropsToMask === true;
}

function areaOf({ footprint: { cells } }: PromptTask): number {
  return cells.h * cells.w;
}

function isInside(inner: Cells, outer: Cells): boolean {
  return (
    inner.top >= outer.top &&
    inner.left >= outer.left &&
    inner.top + inner.h <= outer.top + outer.h &&
    inner.left + inner.w <= outer.left + outer.w
  );
}

/** Whether a prompt steers at a sigma. */
export function steersAtSigma(
  { periods }: PromptPart,
  { time, ...at }: AtSigma & { readonly time: SamplingTime },
): boolean {
  if (periods === null) return true;
  return periods.some(
    ({ noise, ...others }: Period) =>
      (noise === undefined || isReached(noise, at)) && steersAt({ periods: [others] }, time),
  );
}

interface AtSigma {
  readonly table: DiscreteSigmas;
  readonly sigma: number;
}

/** Whether a sigma is within a range of noise, both ends included. */
export function isReached({ from, to }: Span, { table, sigma }: AtSigma): boolean {
  return sigma <= sigmaOfShare(table, from) && sigma >= (to === null ? 0 : sigmaOfShare(table, to));
}

const LAST_TIMESTEP = 999;

/** @see ComfyUI 0.3.64, comfy/model_sampling.py, percent_to_sigma */
function sigmaOfShare(table: DiscreteSigmas, share: number): number {
  if (share <= 0) return Number.POSITIVE_INFINITY;
  return share >= 1 ? 0 : sigmaOfTimestep(table, (1 - share) * LAST_TIMESTEP);
}
