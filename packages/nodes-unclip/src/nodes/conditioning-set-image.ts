import { defineNode } from '../define-node.js';
import { eachPart } from '../sampling/compose-conditioning.js';

export const conditioningSetImage = defineNode({
  type: 'ConditioningSetImage',
  version: 1,
  title: 'Set Prompt Image (unCLIP)',
  description:
    'Gives a prompt an image of its own, so that prompts which are combined can each be led by another one. Sampler inputs lead all others.',
  category: 'conditioning',
  inputs: {
    conditioning: { type: 'conditioning', help: 'The prompt; the negative prompt stays as it is.' },
    image: { type: 'condition', help: 'The image that leads together with it, such as of a Noise Augment.' },
  },
  outputs: { conditioning: { type: 'conditioning', help: 'The prompt with its image.' } },
  params: {},
  async evaluate({ inputs: { conditioning, image } }) {
    const positive = eachPart(conditioning.positive, (part) => ({ ...part, image: image.classLabels }));
    return { conditioning: { positive, negative: conditioning.negative } };
  },
});
