import { withReason } from '@unclip-studio/graph-core';
import { defineNode } from '../define-node.js';
import { interpolateEmbeds } from '../sampling/interpolate-embeds.js';
import { concatRows } from '../tensor/rows.js';
import { BlendError } from './blend-embeds.js';

const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

const input = (number: number) =>
  ({
    type: 'embed',
    optional: true,
    help: `Keyframe ${number}; several embeddings are used in order.`,
  }) as const;

export const interpolateEmbedsNode = defineNode({
  type: 'InterpolateEmbeds',
  version: 1,
  title: 'Interpolate Embeds',
  description: 'Interpolates between image embeddings, one frame per step, for an animation.',
  keywords: ['animation', 'slerp', 'morph', 'mix images'],
  category: 'conditioning',
  inputs: {
    embed1: input(1),
    embed2: input(2),
    embed3: input(3),
    embed4: input(4),
    embed5: input(5),
    embed6: input(6),
    embed7: input(7),
    embed8: input(8),
  },
  outputs: { embed: { type: 'embed', help: 'One embedding per frame, in order.' } },
  params: {
    frames: {
      kind: 'integer',
      default: 12,
      min: 2,
      max: 256,
      help: 'How many frames, including the first image. Each is sampled, so twice as many take twice as long.',
    },
    mode: {
      kind: 'choice',
      default: 'spherical',
      options: ['linear', 'spherical'],
      help: 'linear: a straight line. spherical: along the arc, which keeps the length of the embeddings (slerp).',
    },
    loop: {
      kind: 'boolean',
      default: false,
      help: 'Ends at the first image again, so that the animation loops without a jump.',
    },
  },
  models: ({ params }) => ({ uses: [], extent: { rows: params.frames } }),
  async evaluate({ inputs, params }) {
    const parts = NUMBERS.flatMap((number) => {
      const embed = inputs[`embed${number}`];
      return embed === undefined ? [] : [{ number, embed }];
    });
    const widths = new Set(parts.map(({ embed }) => embed.rows.dims[1]));
    if (widths.size > 1) {
      const found = parts.map(({ number, embed }) => `embed${number} of "${embed.space.name}" ${embed.rows.dims[1]}`);
      throw withReason(
        new BlendError(
          `InterpolateEmbeds: expected embeddings of one width, got ${found.join(', ')}. Use embeddings of the same CLIP model.`,
        ),
        { code: 'widths-differ', of: 'embeds', widths: [...widths].map(Number) },
      );
    }
    const count = parts.reduce((sum, { embed }) => sum + (embed.rows.dims[0] ?? 0), 0);
    const [first] = parts;
    if (first === undefined || count < 2) {
      throw withReason(
        new BlendError(
          `InterpolateEmbeds: expected at least two embeddings to go between, got ${count}. Connect another one.`,
        ),
        { code: 'input-missing', input: 'two-embeds' },
      );
    }
    const stops = concatRows(
      'InterpolateEmbeds',
      parts.map(({ embed }) => embed.rows),
    );
    const { frames, mode, loop } = params;
    return {
      embed: { rows: interpolateEmbeds({ stops, frames, mode, loops: loop }), space: first.embed.space },
    };
  },
});
