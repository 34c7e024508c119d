import { withReason } from '@unclip-studio/graph-core';
import { defineNode } from '../define-node.js';
import type { RgbImage } from '../image/rgb-image.js';

/** The images are not frames of one animation. */
class AnimationError extends Error {
  override readonly name = 'AnimationError';
}

export const saveAnimation = defineNode({
  type: 'SaveAnimation',
  version: 1,
  title: 'Save Animation',
  description: 'Saves images as an animated WebP that contains the workflow that generated it.',
  keywords: ['gif', 'video', 'webp', 'export'],
  category: 'image',
  inputs: { image: { type: 'image', help: 'The frames, in order, all of the same size.' } },
  outputs: {},
  params: {
    name: {
      kind: 'text',
      default: 'animation',
      maxLength: 80,
      help: 'The file name prefix; a number is added, and no file is overwritten.',
    },
    fps: {
      kind: 'number',
      default: 8,
      min: 0.1,
      max: 60,
      step: 0.5,
      label: 'frames per second',
      help: 'The frame rate.',
    },
    loop: { kind: 'boolean', default: true, help: 'Plays in an endless loop. Off: plays once.' },
    lossless: {
      kind: 'boolean',
      default: false,
      help: 'Keeps every pixel exactly; the file is several times as large.',
    },
    quality: {
      kind: 'integer',
      default: 90,
      min: 1,
      max: 100,
      help: 'Higher quality gives finer detail and a larger file; no effect if lossless.',
    },
  },
  sideEffects: true,
  async evaluate({ inputs, params }, { services, publish, record }) {
    requireOneSize(inputs.image);
    const { name, fps, loop, lossless, quality } = params;
    const made = record?.();
    publish(
      await services.outputs.saveAnimation(inputs.image, {
        ...{ name, fps, loops: loop },
        ...(lossless ? {} : { quality }),
        ...(made && { made: { record: made } }),
      }),
    );
    return {};
  },
});

function requireOneSize(frames: readonly RgbImage[]): void {
  const [first] = frames;
  const other = frames.findIndex(({ width, height }) => width !== first?.width || height !== first?.height);
  const odd = frames[other];
  if (first === undefined || odd === undefined) return;
  throw withReason(
    new AnimationError(
      `SaveAnimation: expected frames of one size, got ${first.width} x ${first.height} px first and ` +
        `${odd.width} x ${odd.height} as number ${other + 1}. Put an ImageResize before.`,
    ),
    {
      code: 'sizes-differ',
      of: 'frames',
      width: first.width,
      height: first.height,
      otherWidth: odd.width,
      otherHeight: odd.height,
    },
  );
}
