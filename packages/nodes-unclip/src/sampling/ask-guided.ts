import { withReason } from '@unclip-studio/graph-core';
import type { ControlNetModel } from '../models/model.js';
import type { Control, PromptPart } from '../port-types/conditioning.js';
import { concatRows } from '../tensor/rows.js';
import { bindDims, ShapeError, type Tensor } from '../tensor/tensor.js';
import { type ControlQuestion, scalesOf } from './ask-control-nets.js';
import { type HintMaker, hintsLikeDiffusers } from './control-hints.js';
import { applyGuidance, isGuided } from './guidance.js';
import { feedsAt, feedsOfGuides, type Guides, type PromptGuides, zerosLike } from './guides.js';
import { callLiesIn, cropCells, type Footprint, footprintOf, type SamplingTime, steersAt } from './prompt-parts.js';
import { SamplingInputError } from './start-from-latent.js';
import type { UnetQuestion } from './unet-question.js';

/** One call of the UNet, however many runs it takes. */
export interface GuidedCall extends Pick<UnetQuestion, 'sample' | 'deep'> {
  readonly time: SamplingTime;
  readonly call: number;
}

type Predict = (question: UnetQuestion) => Promise<Tensor>;

/**
 * Asks a UNet what the guides make of a sample, guidance applied.
 *
 * @param latents float32 [n, c, h, w], of the size of all samples
 * @throws ShapeError if guides have other than `n` rows
 */
export function createAsker(
  guides: Guides,
  latents: Tensor,
): (call: GuidedCall, predict: Predict) => Promise<Float32Array> {
  const { n = 0 } = bindDims('denoise latents', latents, 'n c h w');
  const { prompts, guidanceScale } = guides;
  const guided = isGuided(guidanceScale);
  if (prompts !== undefined) return createPartsAsker(guides, prompts, latents);
  const feeds = feedsOfGuides(guides, { n, isGuided: guided });
  return async ({ sample, time, deep }, predict) => {
    const doubled = guided ? concatRows('denoise sample', [sample, sample]) : sample;
    const question = { sample: doubled, timestep: time.timestep, guides: feedsAt(guides, feeds, time) };
    const { data } = await predict(deep === undefined ? question : { ...question, deep });
    return guided ? applyGuidance(data, guidanceScale) : data;
  };
}

/** @throws SamplingInputError if some place of the image is steered by nothing at a time */
export function requireSteered({ prompts }: Guides, latents: Tensor, time: SamplingTime): void {
  if (prompts === undefined) return;
  const { h = 0, w = 0 } = bindDims('denoise latents', latents, 'n c h w');
  const size = { h, w, pixelsPerCell: prompts.pixelsPerCell };
  const covered = [...prompts.guided, ...prompts.unguided]
    .filter((part) => steersAt(part, time))
    .map((part) => footprintOf(part, size));
  if (coverageOf(covered, { h, w }).every((weight) => weight > 0)) return;
  throw withReason(
    new SamplingInputError(
      `UNetSample: at step ${time.step + 1} no prompt steers some part of the image. Combine the ${prompts.label} with one ` +
        'that has no area, mask or range, or give the negative prompt none.',
    ),
    { code: 'image-not-covered', step: time.step + 1 },
  );
}

/** One part of one side, at one call. */
export interface PromptTask {
  readonly isGuided: boolean;
  /** Of the side's parts. */
  readonly index: number;
  readonly part: PromptPart;
  readonly footprint: Footprint;
}

/** Each part is predicted for its cells; the weighted mean of a side's predictions is the result of that side. */
function createPartsAsker(guides: Guides, prompts: PromptGuides, latents: Tensor) {
  const { n = 0, c = 0, h = 0, w = 0 } = bindDims('denoise latents', latents, 'n c h w');
  for (const { states } of [...prompts.guided, ...prompts.unguided]) {
    if (states.dims[0] !== n) {
      throw new ShapeError(`denoise ${prompts.label}: expected ${n} rows, got ${states.dims[0]}`);
    }
  }
  const size = { h, w, pixelsPerCell: prompts.pixelsPerCell };
  const toTasks = (parts: readonly PromptPart[], ofGuided: boolean): readonly PromptTask[] =>
    parts.map((part, index) => ({ isGuided: ofGuided, index, part, footprint: footprintOf(part, size) }));
  const [guidedTasks, unguidedTasks] = [toTasks(prompts.guided, true), toTasks(prompts.unguided, false)];
  const withGuidance = isGuided(guides.guidanceScale);
  const hints = hasControls(prompts) ? hintsLikeDiffusers({ h, w }) : null;
  return async (call: GuidedCall, predict: Predict): Promise<Float32Array> => {
    const now = ({ part }: PromptTask) => steersAt(part, call.time);
    const guided = guidedTasks.filter(now);
    const isCovered = coverageOf(
      guided.map(({ footprint }) => footprint),
      { h, w },
    ).every((weight) => weight > 0);
    // What no prompt reaches is left to the negative one, so that nothing is amplified there.
    const unguided = withGuidance || !isCovered ? unguidedTasks.filter(now) : [];
    const controls = hints && { ...hints, isActive: (control: Control) => callLiesIn(control.span, call.time) };
    const answers = await askTasks([...unguided, ...guided], { call, guides, predict, controls });
    const sum = (tasks: readonly PromptTask[]) => meanOf(tasks, answers, { n, c, h, w });
    const [towards, away] = [sum(guided), sum(unguided)];
    const filled = towards.map((value, i) => (Number.isNaN(value) ? (away[i] as number) : value));
    if (!withGuidance) return filled;
    const base = away.map((value, i) => (Number.isNaN(value) ? (towards[i] as number) : value));
    const both = new Float32Array(2 * base.length);
    both.set(base);
    both.set(filled, base.length);
    return applyGuidance(both, guides.guidanceScale);
  };
}

interface Asking {
  readonly call: GuidedCall;
  readonly guides: Guides;
  readonly predict: Predict;
  /** `null` where no prompt has one. */
  readonly controls: Controls | null;
}

/** How controls steer in one way to compute. */
export interface Controls extends HintMaker {
  isActive(control: Control): boolean;
}

/** Whether any part has a control, so that the UNet has to take what control nets give, if only now and then. */
export function hasControls({ guided, unguided }: PromptGuides): boolean {
  return [...guided, ...unguided].some(({ controls }) => controls !== undefined);
}

/** Parts with the same number of cells and tokens are predicted together. */
export async function askTasks(
  tasks: readonly PromptTask[],
  asking: Asking,
): Promise<ReadonlyMap<PromptTask, Float32Array>> {
  const groups = new Map<string, PromptTask[]>();
  for (const task of tasks) {
    const { h, w } = task.footprint.cells;
    const key = `${h} ${w} ${task.part.states.dims[1]}`;
    groups.set(key, [...(groups.get(key) ?? []), task]);
  }
  const answers = new Map<PromptTask, Float32Array>();
  for (const group of groups.values()) {
    const { data } = await asking.predict(questionOf(group, asking));
    const size = data.length / group.length;
    for (const [i, task] of group.entries()) answers.set(task, data.subarray(i * size, (i + 1) * size));
  }
  return answers;
}

/** A ControlNet that several parts or both sides use runs once for all their rows. */
function controlQuestions(tasks: readonly PromptTask[], { isActive, hintOf }: Controls): readonly ControlQuestion[] {
  const found = new Map<string, { net: ControlNetModel; scales: Float32Array; rows: number[]; hints: Tensor[] }>();
  for (const [place, { part, footprint }] of tasks.entries()) {
    const [n = 0] = part.states.dims;
    for (const control of part.controls ?? []) {
      if (!isActive(control)) continue;
      const { net } = control;
      const scales = scalesOf(control);
      const key = `${net.identity} ${scales.join()}`;
      const known = found.get(key) ?? { net, scales, rows: [], hints: [] };
      found.set(key, known);
      known.rows.push(...Array.from({ length: n }, (_, row) => place * n + row));
      known.hints.push(hintOf(control, footprint.cells));
    }
  }
  // Sorted, so that any order of the same controls gives the same sums.
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { hints, ...question }]) => ({ ...question, hint: concatRows('control image', hints) }));
}

function questionOf(tasks: readonly PromptTask[], asking: Asking): UnetQuestion {
  const { call, guides, controls } = asking;
  const { sample, deep, time } = call;
  const join = (label: string, rowsOf: (task: PromptTask) => Tensor) =>
    concatRows(`denoise ${label}`, tasks.map(rowsOf));
  const others = Object.entries(guides.inputs).map(([name, { label, guided, unguided, perCell }]) => {
    const rowsOf = ({ isGuided: ofGuided, footprint, part }: PromptTask) => {
      const own = name === 'class_labels' ? part.image : undefined;
      const rows = own ?? (ofGuided ? guided : (unguided ?? zerosLike(guided)));
      return perCell === undefined ? rows : cropCells(rows, footprint.cells, perCell);
    };
    return [name, join(label, rowsOf)] as const;
  });
  const slot = tasks.map(({ isGuided: ofGuided, index }) => `${ofGuided ? '+' : '-'}${index}`).join();
  return {
    sample: join('sample', ({ footprint }) => cropCells(sample, footprint.cells)),
    timestep: time.timestep,
    guides: {
      encoder_hidden_states: join('prompt', ({ part }) => part.states),
      ...feedsAt(guides, Object.fromEntries(others), time),
    },
    ...(controls && { controls: controlQuestions(tasks, controls) }),
    ...(deep === undefined ? {} : { deep, memory: { slot, call: call.call } }),
  };
}

/** Sum of the weights in each cell. */
function coverageOf(
  footprints: readonly Footprint[],
  { h, w }: { readonly h: number; readonly w: number },
): Float32Array {
  const sums = new Float32Array(h * w);
  for (const { cells, weights } of footprints) {
    weights.forEach((weight, i) => {
      const to = (cells.top + Math.floor(i / cells.w)) * w + cells.left + (i % cells.w);
      // Footprints are inside the latent.
      sums[to] = (sums[to] as number) + weight;
    });
  }
  return sums;
}

interface MapSize {
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
}

/** -> [n, c, h, w], NaN in cells that none of the parts reaches. */
export function meanOf(
  tasks: readonly PromptTask[],
  answers: ReadonlyMap<PromptTask, Float32Array>,
  { n, c, h, w }: MapSize,
): Float32Array {
  const weightSums = coverageOf(
    tasks.map(({ footprint }) => footprint),
    { h, w },
  );
  const sums = new Float32Array(n * c * h * w);
  for (const task of tasks) {
    const { cells, weights } = task.footprint;
    const answer = answers.get(task) ?? new Float32Array(0);
    const cellCount = cells.h * cells.w;
    answer.forEach((value, i) => {
      const [plane, cell] = [Math.floor(i / cellCount), i % cellCount];
      const to = (plane * h + cells.top + Math.floor(cell / cells.w)) * w + cells.left + (cell % cells.w);
      // A weight for each cell, the same in all planes.
      sums[to] = (sums[to] as number) + Math.fround(value * (weights[cell] as number));
    });
  }
  return sums.map((sum, i) => {
    const weight = weightSums[i % (h * w)] as number;
    return weight > 0 ? sum / weight : Number.NaN;
  });
}
