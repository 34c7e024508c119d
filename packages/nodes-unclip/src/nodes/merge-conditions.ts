import { withReason } from '@unclip-studio/graph-core';
import { defineNode } from '../define-node.js';
import type { Condition } from '../port-types/condition.js';
import { RandomStream } from '../random/random-stream.js';
import { embedScheduleOf } from '../sampling/embed-schedule.js';
import { mergeConditions } from '../sampling/merge-conditions.js';
import { noiseLevelToIndex } from '../sampling/noise-augment.js';
import { broadcastRows, splitRows } from '../tensor/rows.js';
import { NUMERICS_PARAM } from './shared-params.js';

const input = (number: number) =>
  ({ type: 'condition', optional: true, help: `Image conditioning ${number}, from Noise Augment.` }) as const;

/** The conditions that are connected cannot be merged. */
export class MergeError extends Error {
  override readonly name = 'MergeError';
}

export const mergeConditionsNode = defineNode({
  type: 'MergeConditions',
  version: 1,
  title: 'Merge Conditions',
  description:
    'Combines up to eight images, each with its own noise level and strength; the model picks concepts from each.',
  keywords: ['mix images', 'unclip conditioning', 'merge'],
  category: 'conditioning',
  inputs: {
    condition1: input(1),
    condition2: input(2),
    condition3: input(3),
    condition4: input(4),
    condition5: input(5),
    condition6: input(6),
    condition7: input(7),
    condition8: input(8),
    generator: {
      type: 'generator',
      optional: true,
      help: 'The random stream (generator) for the noise, such as from Noise Augment. If it is not connected, the seed starts one.',
    },
  },
  outputs: {
    condition: { type: 'condition', help: 'The image conditioning of all images, for the sampler.' },
    generator: {
      type: 'generator',
      help: 'The random stream after the noise; unchanged if only one condition is connected.',
    },
  },
  params: {
    noiseLevel: {
      kind: 'integer',
      default: 50,
      min: 0,
      max: 1000,
      label: 'noise level',
      help: 'How much noise the sum of the images gets; a single image passes unchanged.',
    },
    numerics: {
      ...NUMERICS_PARAM,
      help: 'comfyui: ComfyUI’s noise schedule, without the checkpoint’s embedding statistics.',
    },
    batch: {
      kind: 'choice',
      default: 'apart',
      options: ['apart', 'merged'],
      added: true,
      help: 'apart: each image of a batch guides a separate result. merged: all of them guide together.',
    },
    seed: { kind: 'seed', default: 0, help: 'Starts the random stream when no generator is connected.' },
  },
  seedFrom: { param: 'seed', input: 'generator' },
  async evaluate({ inputs, params }) {
    const parts = ([1, 2, 3, 4, 5, 6, 7, 8] as const).flatMap((number) => {
      const condition = inputs[`condition${number}`];
      return condition === undefined ? [] : [{ number, condition }];
    });
    const [first, ...others] = parts;
    if (first === undefined) {
      throw withReason(new MergeError('MergeConditions: expected at least one condition, got none. Connect one.'), {
        code: 'input-missing',
        input: 'condition',
      });
    }
    const generator = inputs.generator ? RandomStream.fromState(inputs.generator) : RandomStream.fromSeed(params.seed);
    const { space } = first.condition;
    for (const { number, condition } of others) requireSame(number, condition, first.condition);
    const isMerged = params.batch === 'merged';
    const n = isMerged ? 1 : Math.max(...parts.map(({ condition }) => condition.classLabels.dims[0] ?? 0));
    const rows = parts.flatMap(({ number, condition: { classLabels } }) =>
      isMerged ? splitRows(classLabels) : [broadcastRows(`MergeConditions condition${number}`, classLabels, n)],
    );
    if (rows.length === 1) return { condition: first.condition, generator: generator.state() };
    const { alphasCumprod, statistics } = embedScheduleOf(space, params.numerics);
    const classLabels = mergeConditions({
      classLabels: rows,
      noise: generator.randn((rows[0]?.data.length ?? 0) / 2, n),
      statistics,
      alphasCumprod,
      index: noiseLevelToIndex(params.noiseLevel, alphasCumprod.length),
    });
    return { condition: { classLabels, space }, generator: generator.state() };
  },
});

function requireSame(number: number, { classLabels, space }: Condition, first: Condition): void {
  const [, width = 0] = classLabels.dims;
  const [, expected = 0] = first.classLabels.dims;
  if (width === expected) return;
  throw withReason(
    new MergeError(
      `MergeConditions: condition${number} of "${space.name}" is ${width} wide, the first one of ` +
        `"${first.space.name}" ${expected}. Encode all images with the same CLIP model.`,
    ),
    { code: 'widths-differ', of: 'embeds', widths: [expected, width] },
  );
}
