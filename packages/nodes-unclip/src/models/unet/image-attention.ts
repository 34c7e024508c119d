import type { GraphBuilder } from '../../onnx/graph-builder.js';
import * as ops from '../../onnx/ops.js';
import type { Value } from '../../onnx/value.js';
import type { UnetConfig } from './config.js';

/** What one cross attention sees of one image prompt. */
export interface ImageAttention {
  /** [n, t, channels] */
  readonly key: Value;
  readonly value: Value;
  /** [n, 1, 1]: the result times this is added to that of the text. */
  readonly scale: Value;
}

/** By the path of the transformer that the cross attention belongs to. */
export type ImageAttentions = ReadonlyMap<string, readonly ImageAttention[]>;

/**
 * The cross attentions of a UNet as IP-Adapters number them: those of the down path, the up path, and then the middle
 * block.
 *
 * @see diffusers 0.42.1, UNet2DConditionModel.attn_processors, for the order
 */
export function crossAttentionsOf({
  levels,
}: Pick<UnetConfig, 'levels'>): readonly { readonly path: string; readonly channels: number }[] {
  const within = (block: string, layers: number, channels: number) =>
    Array.from({ length: layers }, (_, layer) => ({ path: `${block}.attentions.${layer}`, channels }));
  const down = levels.flatMap(({ channels, layers, attention }, i) =>
    attention === null ? [] : within(`down_blocks.${i}`, layers, channels),
  );
  const up = levels
    .toReversed()
    .flatMap(({ channels, layers, attention }, i) =>
      attention === null ? [] : within(`up_blocks.${i}`, layers + 1, channels),
    );
  return [...down, ...up, ...within('mid_block', 1, levels.at(-1)?.channels ?? 0)];
}

/**
 * Inputs for image prompts: `image_prompt.0` [n, t, d] with the keys and values of all cross attentions side by side, t free at each
 * run, and `image_prompt_scale.0` [n, 1, 1]; and so on.
 */
export function imageAttentions(
  builder: GraphBuilder,
  config: Pick<UnetConfig, 'levels'>,
  { n, count }: { readonly n: number; readonly count: number },
): ImageAttentions {
  const attentions = crossAttentionsOf(config);
  const width = attentions.reduce((sum, { channels }) => sum + 2 * channels, 0);
  const found = new Map<string, ImageAttention[]>(attentions.map(({ path }) => [path, []]));
  const root = builder.root();
  for (let i = 0; i < count; i++) {
    const all = builder.input(`image_prompt.${i}`, 'float32', [n, `t${i}`, width]);
    const scale = builder.input(`image_prompt_scale.${i}`, 'float32', [n, 1, 1]);
    let from = 0;
    const next = (channels: number) => {
      const cut = ops.slice(root, all, { axis: 2, from, to: from + channels });
      from += channels;
      return cut;
    };
    for (const { path, channels } of attentions) {
      found.get(path)?.push({ key: next(channels), value: next(channels), scale });
    }
  }
  return found;
}
