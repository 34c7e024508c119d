import { withReason } from '@unclip-studio/graph-core';
import { defineNode } from '../define-node.js';
import type { Embed } from '../port-types/embed.js';
import { blendLinear, blendSpherical, type WeightedEmbed } from '../sampling/blend-embeds.js';
import { broadcastRows } from '../tensor/rows.js';

const MODES = ['linear', 'spherical'] as const;

const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

const input = (number: number) =>
  ({ type: 'embed', optional: true, help: `Embeddings to mix, number ${number}.` }) as const;

const weight = (number: number) =>
  ({
    kind: 'number',
    default: 1,
    min: -10,
    max: 10,
    step: 0.05,
    label: `weight ${number}`,
    help: `The weight of embedding ${number}.`,
  }) as const;

/** The embeddings that are connected cannot be mixed with these weights. */
export class BlendError extends Error {
  override readonly name = 'BlendError';
}

export const blendEmbeds = defineNode({
  type: 'BlendEmbeds',
  version: 1,
  title: 'Blend Embeds',
  description: 'Mixes up to eight image embeddings into one, for an image with something of each.',
  keywords: ['mix images', 'merge', 'average', 'image mix'],
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
  outputs: { embed: { type: 'embed', help: 'The mixed embedding.' } },
  params: {
    mode: {
      kind: 'choice',
      default: 'linear',
      options: MODES,
      help: 'linear: the weighted sum. spherical: along the arc between the embeddings, which keeps their length (slerp).',
    },
    normalize: {
      kind: 'boolean',
      default: true,
      label: 'normalize',
      help: 'Scales the weights so that they add up to 1. Off: 0.5 halves an embedding. Linear only.',
    },
    weight1: weight(1),
    weight2: weight(2),
    weight3: weight(3),
    weight4: weight(4),
    weight5: weight(5),
    weight6: weight(6),
    weight7: weight(7),
    weight8: weight(8),
  },
  mix: NUMBERS.map((number) => ({ input: `embed${number}`, weight: `weight${number}` }) as const),
  async evaluate({ inputs, params }) {
    const parts = NUMBERS.flatMap((number) => {
      const embed = inputs[`embed${number}`];
      return embed === undefined ? [] : [{ number, embed, weight: params[`weight${number}`] }];
    });
    const [first] = parts;
    if (first === undefined)
      throw withReason(new BlendError('BlendEmbeds: expected at least one embed, got none. Connect one.'), {
        code: 'input-missing',
        input: 'embed',
      });
    const { space } = first.embed;
    for (const { number, embed } of parts) requireWidth(number, embed, first.embed);
    const n = Math.max(...parts.map(({ embed }) => embed.rows.dims[0] ?? 0));
    const weighted: readonly WeightedEmbed[] = parts.map(({ number, embed, weight: share }) => ({
      rows: broadcastRows(`BlendEmbeds embed${number}`, embed.rows, n),
      weight: share,
    }));
    const rows =
      params.mode === 'spherical'
        ? blendSpherical(requirePositive(weighted))
        : blendLinear(params.normalize ? shareOut(weighted) : weighted);
    return { embed: { rows, space } };
  },
});

function requireWidth(number: number, { rows, space }: Embed, first: Embed): void {
  const [, width = 0] = rows.dims;
  const [, expected = 0] = first.rows.dims;
  if (width === expected) return;
  throw withReason(
    new BlendError(
      `BlendEmbeds: embed${number} of "${space.name}" is ${width} wide, the first one of ` +
        `"${first.space.name}" ${expected}. Take the embeddings of one CLIP model.`,
    ),
    { code: 'widths-differ', of: 'embeds', widths: [expected, width] },
  );
}

function shareOut(parts: readonly WeightedEmbed[]): readonly WeightedEmbed[] {
  const sum = parts.reduce((total, { weight: share }) => total + share, 0);
  if (Math.abs(sum) > 1e-6) return parts.map(({ rows, weight: share }) => ({ rows, weight: share / sum }));
  throw withReason(
    new BlendError(
      'BlendEmbeds: the weights add up to 0, so they have no shares. Change one, or switch "normalize" off.',
    ),
    { code: 'weights-sum-to-zero' },
  );
}

function requirePositive(parts: readonly WeightedEmbed[]): readonly WeightedEmbed[] {
  const negative = parts.find(({ weight: share }) => share < 0);
  const sum = parts.reduce((total, { weight: share }) => total + share, 0);
  if (negative === undefined && sum > 0) return parts;
  throw withReason(
    new BlendError('BlendEmbeds: spherical mixing needs weights from 0 up, one of them above 0. Take the linear mode.'),
    { code: 'weights-negative' },
  );
}
