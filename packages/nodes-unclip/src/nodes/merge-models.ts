import { unreachable, withReason } from '@unclip-studio/graph-core';
import { absentModel } from '../checkpoints/checkpoint.js';
import { defineNode } from '../define-node.js';
import type { AbsentModel, MergePart, UnetModel } from '../models/model.js';
import { CheckpointError } from '../weights/checkpoint-error.js';

const UNET = { type: 'unet', optional: true } as const;
const TEXT = { type: 'text-model', optional: true } as const;
const VAE = { type: 'vae', optional: true } as const;

export const mergeModels = defineNode({
  type: 'MergeModels',
  version: 1,
  title: 'Merge Models',
  description:
    'Merges the weights of two or three checkpoints of the same family. No file is written, and nothing is computed before the model is used.',
  keywords: [
    'model merge',
    'checkpoint merger',
    'weighted sum',
    'add difference',
    'modelmergesimple',
    'clipmergesimple',
  ],
  category: 'model',
  inputs: {
    unet: { ...UNET, help: 'The first model (A).' },
    unet2: { ...UNET, help: 'The second model (B).' },
    unet3: { ...UNET, help: 'The third model (C), which “add difference” subtracts from the second.' },
    text: { ...TEXT, help: 'The text encoder of the first model.' },
    text2: { ...TEXT, help: 'The text encoder of the second model.' },
    text3: { ...TEXT, help: 'The text encoder of the third model.' },
    vae: { ...VAE, help: 'The VAE of the first model.' },
    vae2: { ...VAE, help: 'The VAE of the second model. Often both have the same VAE, and there is nothing to merge.' },
    vae3: { ...VAE, help: 'The VAE of the third model.' },
  },
  outputs: {
    unet: { type: 'unet', help: 'The merged model, or the first one unchanged if no second one is connected.' },
    text: { type: 'text-model', help: 'The merged text encoder.' },
    vae: { type: 'vae', help: 'The merged VAE.' },
  },
  params: {
    method: {
      kind: 'choice',
      default: 'weighted sum',
      options: ['weighted sum', 'add difference', 'sum', 'difference'],
      help: 'weighted sum: A × (1 − ratio) + B × ratio. add difference: A + (B − C) × ratio. sum: A + B × ratio. difference: (A − B) × ratio, to add to another model.',
    },
    ratio: {
      kind: 'number',
      default: 0.5,
      min: -10,
      max: 10,
      step: 0.05,
      help: 'How much of the second model is used. For a weighted sum, 0 is the first model and 1 the second.',
    },
  },
  async evaluate({ inputs, params }) {
    const { unet, unet2, unet3, text, text2, text3, vae, vae2, vae3 } = inputs;
    const factors = factorsOf(params);
    requireAlike('Merge Models', [unet, unet2, unet3]);
    return {
      unet: merge([unet, unet2, unet3], factors) ?? absentModel(notConnected('unet')),
      text: merge([text, text2, text3], factors) ?? absentModel(notConnected('text')),
      vae: merge([vae, vae2, vae3], factors) ?? absentModel(notConnected('vae')),
    };
  },
});

type Method = 'weighted sum' | 'add difference' | 'sum' | 'difference';
type Factors = readonly [a: number, b: number, c: number];

function factorsOf({ method, ratio }: { readonly method: Method; readonly ratio: number }): Factors {
  switch (method) {
    case 'weighted sum':
      // Without what binary fractions leave behind, so that 0.3 of one is 0.7 of the other.
      return [Number((1 - ratio).toFixed(12)), ratio, 0];
    case 'add difference':
      return [1, ratio, -ratio];
    case 'sum':
      return [1, ratio, 0];
    case 'difference':
      return [ratio, -ratio, 0];
    default:
      return unreachable(method);
  }
}

interface Mergeable<Self> {
  readonly name: string;
  merge(factor: number, others: readonly MergePart<Self>[]): Self;
}

/** @returns `undefined` without a first one @throws CheckpointError where one is missing */
function merge<Model extends Mergeable<Model>>(
  [a, b, c]: readonly [Model | undefined, Model | undefined, Model | undefined],
  [own, second, third]: Factors,
): Model | undefined {
  if (a === undefined) {
    if (b === undefined && c === undefined) return undefined;
    throw withReason(
      new CheckpointError('Merge Models: the first model is missing, whose config the merged one has. Connect it.'),
      { code: 'input-missing', input: 'model' },
    );
  }
  if (b === undefined) return a;
  if (third !== 0 && c === undefined) {
    throw withReason(
      new CheckpointError('Merge Models: “add difference” needs a third model to take off. Connect it.'),
      { code: 'input-missing', input: 'third-model' },
    );
  }
  const others = [{ model: b, factor: second }, ...(c === undefined ? [] : [{ model: c, factor: third }])];
  return a.merge(own, others);
}

/**
 * @param unets the first one has the config
 * @throws CheckpointError for UNets that have no mean
 */
export function requireAlike(title: string, unets: readonly (UnetModel | undefined)[]): void {
  requirePrediction(title, unets);
  refuseImagePrompts(title, unets.slice(1));
}

/** What one UNet predicts as noise and another as velocity has no mean. */
function requirePrediction(title: string, unets: readonly (UnetModel | undefined)[]): void {
  const [first, ...others] = unets.filter((unet) => unet !== undefined);
  const predicts = ({ scheduler }: UnetModel) => scheduler['prediction_type'] ?? 'epsilon';
  const odd = first && others.find((unet) => predicts(unet) !== predicts(first));
  if (first === undefined || odd === undefined) return;
  throw withReason(
    new CheckpointError(
      `${title}: "${first.name}" predicts ${predicts(first)} and "${odd.name}" ${predicts(odd)}, which cannot be mixed.`,
    ),
    { code: 'models-not-mergeable', why: 'prediction', model: odd.name },
  );
}

/** Of another model only the weights count, and images that steer it would be lost. */
function refuseImagePrompts(title: string, others: readonly (UnetModel | undefined)[]): void {
  const steered = others.find((unet) => (unet?.imagePrompts ?? []).length > 0);
  if (steered === undefined) return;
  throw withReason(
    new CheckpointError(
      `${title}: "${steered.name}" has an IP-Adapter, and only the first model keeps one. Apply it to the merged model.`,
    ),
    { code: 'models-not-mergeable', why: 'ip-adapter', model: steered.name },
  );
}

const PARTS = { unet: 'model', text: 'text encoder', vae: 'VAE' } as const;

function notConnected(part: keyof typeof PARTS): AbsentModel {
  const absent = `Merge Models: no ${PARTS[part]} is connected, so there is none to output. Connect one.`;
  return { absent, because: { code: 'not-connected', input: part } };
}
