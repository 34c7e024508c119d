import { withReason } from '@unclip-studio/graph-core';
import { defineNode } from '../define-node.js';
import { MAX_SIDE_PX } from '../limits.js';
import type { PromptArea } from '../port-types/conditioning.js';
import { ConditioningError, eachPart } from '../sampling/compose-conditioning.js';
import { PROMPT_STRENGTH_PARAM } from './shared-params.js';

const side = (of: string, value: number) =>
  ({
    kind: 'number',
    default: value,
    min: 0,
    max: MAX_SIDE_PX,
    help: `${of}, in percent of the image or in pixels.`,
  }) as const;

export const conditioningSetArea = defineNode({
  type: 'ConditioningSetArea',
  version: 1,
  title: 'Set Prompt Area',
  description: 'Limits a prompt to a rectangle of the image: regional prompting. Combine it with prompts for the rest.',
  keywords: ['regional prompt', 'region', 'area'],
  category: 'conditioning',
  inputs: { conditioning: { type: 'conditioning', help: 'The prompt; its negative prompt stays unchanged.' } },
  outputs: { conditioning: { type: 'conditioning', help: 'The prompt with its area.' } },
  params: {
    unit: {
      kind: 'choice',
      default: 'percent',
      options: ['percent', 'px'],
      help: 'The unit of the four numbers below. Pixels are rounded down to multiples of 8.',
    },
    left: side('Distance from the left edge', 0),
    top: side('Distance from the top edge', 0),
    width: side('Width of the area', 50),
    height: side('Height of the area', 100),
    strength: PROMPT_STRENGTH_PARAM,
  },
  async evaluate({ inputs: { conditioning }, params: { unit, strength, ...sides } }) {
    const area = unit === 'px' ? { unit, ...sides } : inShares(sides);
    if (area.width === 0 || area.height === 0) {
      throw withReason(new ConditioningError('ConditioningSetArea: the area is empty. Give it a width and a height.'), {
        code: 'area-empty',
      });
    }
    const positive = eachPart(conditioning.positive, (part) => ({ ...part, area, strength }));
    return { conditioning: { positive, negative: conditioning.negative } };
  },
});

function inShares({ left, top, width, height }: Omit<PromptArea, 'unit'>): PromptArea {
  const largest = Math.max(left, top, width, height);
  if (largest > 100) {
    throw withReason(
      new ConditioningError(
        `ConditioningSetArea: ${largest} percent is more than the image. Take 100 at the most, or set the unit to px.`,
      ),
      { code: 'setting-range', setting: 'unit', value: largest, max: 100 },
    );
  }
  return { unit: 'share', left: left / 100, top: top / 100, width: width / 100, height: height / 100 };
}
