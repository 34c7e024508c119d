import { defineNode } from '../define-node.js';
import { eachPart } from '../sampling/compose-conditioning.js';

export const conditioningSetImage = defineNode({
  type: 'ConditioningSetImage',
  version: 1,
  title: 'Set Prompt Image (unCLIP)',
  description:
    'Gives a prompt its own image conditioning, so that each of several combined prompts can be guided by a different image. The image input of the sampler is used for all other prompts.',
  category: 'conditioning',
  inputs: {
    conditioning: { type: 'conditioning', help: 'The prompt; its negative prompt stays unchanged.' },
    image: { type: 'condition', help: 'The image conditioning for this prompt, such as from Noise Augment.' },
  },
  outputs: { conditioning: { type: 'conditioning', help: 'The prompt with its image.' } },
  params: {},
  async evaluate({ inputs: { conditioning, image } }) {
    const positive = eachPart(conditioning.positive, (part) => ({ ...part, image: image.classLabels }));
    return { conditioning: { positive, negative: conditioning.negative } };
  },
});
