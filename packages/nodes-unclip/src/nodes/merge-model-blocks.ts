import { defineNode } from '../define-node.js';
import type { VaryingFactor } from '../models/model.js';
import { requireAlike } from './merge-models.js';

const ratio = (of: string) =>
  ({
    kind: 'number',
    default: 0.5,
    min: 0,
    max: 1,
    step: 0.05,
    help: `How much of the second model is used in ${of}. 0: the first model; 1: the second.`,
  }) as const;

export const mergeModelBlocks = defineNode({
  type: 'MergeModelBlocks',
  version: 1,
  title: 'Merge Model Blocks',
  description:
    'Merges the weights of two models of the same family, with separate ratios for the input, middle and output blocks of the UNet. No file is written.',
  keywords: ['model merge', 'block weight', 'block merge', 'mbw', 'modelmergeblocks', 'merge by block'],
  category: 'model',
  inputs: {
    unet: { type: 'unet', help: 'The first model (A).' },
    unet2: { type: 'unet', help: 'The second model (B).' },
  },
  outputs: { unet: { type: 'unet', help: 'The merged model.' } },
  params: {
    input: ratio('the input blocks and the time embedding, as in ComfyUI'),
    middle: ratio('the middle block'),
    output: ratio('the output blocks and the last layer'),
  },
  async evaluate({ inputs: { unet, unet2 }, params }) {
    requireAlike('Merge Model Blocks', [unet, unet2]);
    const second = blockFactor(params);
    // Without what binary fractions leave behind.
    const first = { name: `1 - ${second.name}`, of: (path: string) => Number((1 - second.of(path)).toFixed(12)) };
    return { unet: unet.merge(first, [{ model: unet2, factor: second }]) };
  },
});

/**
 * Weights of neither side count as input.
 *
 * @see ComfyUI 0.3.64, comfy_extras/nodes_model_merging.py, ModelMergeBlocks
 */
function blockFactor({
  input,
  middle,
  output,
}: Readonly<Record<'input' | 'middle' | 'output', number>>): VaryingFactor {
  return {
    name: `blocks(${input}, ${middle}, ${output})`,
    of(path) {
      if (path.startsWith('mid_block.')) return middle;
      return /^(?:up_blocks|conv_norm_out|conv_out)\b/.test(path) ? output : input;
    },
  };
}
