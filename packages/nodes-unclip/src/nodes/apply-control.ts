import { defineNode } from '../define-node.js';
import type { Control, PromptPart } from '../port-types/conditioning.js';
import { eachPart } from '../sampling/compose-conditioning.js';
import { carriedControls, ExpectedControl } from '../sampling/expected-control.js';
import { END_BEFORE_START, noticeEmptySpan, spanOf } from './shared-params.js';

const share = (of: string, value: number) =>
  ({
    kind: 'number',
    default: value,
    min: 0,
    max: 1,
    step: 0.01,
    help: `${of}, as a fraction of the sampler’s steps.`,
  }) as const;

export const applyControl = defineNode({
  type: 'ApplyControl',
  version: 1,
  title: 'Apply ControlNet',
  description:
    'Guides the image by a control image, such as edges or depth. Chain several nodes to use several ControlNets.',
  keywords: ['controlnet', 'control net', 'canny', 'depth', 'pose', 'openpose', 'scribble', 'lineart', 'control image'],
  category: 'conditioning',
  inputs: {
    conditioning: {
      type: 'conditioning',
      help: 'The prompt and the negative prompt; the control image applies to both.',
    },
    controlnet: { type: 'controlnet', help: 'The ControlNet, for the same Stable Diffusion version as the model.' },
    image: {
      type: 'image',
      help: 'The control image of the kind the ControlNet was trained for, such as Canny edges. It is stretched to the size of the result.',
    },
  },
  outputs: { conditioning: { type: 'conditioning', help: 'The prompts with the control image.' } },
  params: {
    strength: {
      kind: 'number',
      default: 1,
      min: -10,
      max: 10,
      step: 0.05,
      help: 'How strongly the control image guides. 0: not at all.',
    },
    start: share('When the control image starts to guide', 0),
    end: share('When it ends', 1),
    guessMode: {
      kind: 'boolean',
      default: false,
      label: 'guess mode',
      help: 'The control image guides more than the prompt: it does not apply to the negative prompt, and less to the outer layers. Works well with an empty prompt and a guidance scale of 3 to 5.',
    },
  },
  conflicts: [END_BEFORE_START],
  models({ inputs: { conditioning, controlnet: net, image }, params: { strength, start, end, guessMode } }) {
    const extent = { ...conditioning, rows: Math.max(conditioning.rows, image.rows) };
    if (strength === 0) return { uses: [], extent: conditioning };
    const control = new ExpectedControl({ net, span: { from: start, to: end }, isGuess: isGuess(net, guessMode) });
    return { uses: [], extent: { ...extent, carried: [...carriedControls(conditioning), control] } };
  },
  async evaluate({ inputs: { conditioning, controlnet: net, image: images }, params }, { services }) {
    const { strength, guessMode } = params;
    const span = spanOf('Apply ControlNet', params);
    if (strength === 0) return { conditioning };
    if (span.from === span.to) noticeEmptySpan(services.inference, span.from, 'controlnet');
    const control = { net, images, strength, span, isGuess: isGuess(net, guessMode) };
    const { positive, negative } = conditioning;
    return {
      conditioning: {
        positive: eachPart(positive, (part) => withControl(part, control)),
        negative: control.isGuess ? negative : eachPart(negative, (part) => withControl(part, control)),
      },
    };
  },
});

/** One that knows no places was trained for it. @see diffusers 0.42.1, pipeline_controlnet.py, step 3 */
function isGuess({ config }: Control['net'], guessMode: boolean): boolean {
  return guessMode || config.poolsGlobally;
}

function withControl(part: PromptPart, control: Control): PromptPart {
  return { ...part, controls: [...(part.controls ?? []), control] };
}
