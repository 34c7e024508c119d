import type { GraphBuilder, Scope } from '../../onnx/graph-builder.js';
import * as ops from '../../onnx/ops.js';
import type { Value } from '../../onnx/value.js';
import { adaptedConv, conv2d, silu } from '../layers.js';
import type { ControlNetConfig } from './config.js';
import { downPath, embedTimestep, residualNames, type UnetShape } from './down-path.js';

/**
 * `whole`: everything that is added to a UNet. `shallow`: the addition to the first skip alone, for the UNet part of
 * that name.
 */
export type ControlNetPart = 'whole' | 'shallow';

/** Pixels of the control image on a side of one latent cell. */
export function hintPixelsPerCell({ hintChannels }: Pick<ControlNetConfig, 'hintChannels'>): number {
  return 2 ** (hintChannels.length - 1);
}

/**
 * ControlNetModel, after diffusers 0.42.1, models/controlnets/controlnet.py: a copy of the UNet's down path that also
 * sees the control image, and outputs what to add to the UNet.
 *
 * Inputs: `sample` [n, inChannels, h, w]; `hint` [n, imageChannels, H, W], 0..1; `scales`, one for each output; and for
 * the whole net `timestep` [1] and `encoder_hidden_states` [n, t, crossAttentionDim]. Outputs: those of
 * `residualNames`.
 */
export function buildControlNet(
  builder: GraphBuilder,
  config: ControlNetConfig,
  { n, h, w, t }: UnetShape,
  part: ControlNetPart = 'whole',
): void {
  const root = builder.root();
  const names = residualNames(config);
  const perCell = hintPixelsPerCell(config);
  const sample = builder.input('sample', 'float32', [n, config.inChannels, h, w]);
  const hint = builder.input('hint', 'float32', [n, config.imageChannels, perCell * h, perCell * w]);
  const scales = builder.input('scales', 'float32', [names.length]);
  const output = (place: number, scope: Scope, x: Value) => {
    const { dims } = x;
    const [, channels = 0] = dims;
    const residual = conv2d(scope, x, { channels: Number(channels), kernel: 1 });
    const scaled = ops.mul(root, residual, ops.gather(root, scales, builder.ints([place]), 0));
    builder.output(names[place] ?? '', config.poolsGlobally ? averaged(root, scaled) : scaled, dims);
  };
  const zeroConv = (place: number) => root.child(`controlnet_down_blocks.${place}`);

  // 1: time
  const context = () => builder.input('encoder_hidden_states', 'float32', [n, t, config.crossAttentionDim]);
  const timeEmbedding = () => {
    const embedded = embedTimestep(root, builder.exactInput('timestep', 'float32', [1]), config);
    return { activated: silu(root, embedded), features: config.timeEmbedDim };
  };
  const shared = part === 'shallow' ? null : { config, timeEmbedding: timeEmbedding(), context: context() };

  // 2: the first convolution, and the control image
  const convolved = conv2d(root.child('conv_in'), sample, { channels: config.levels[0].channels, kernel: 3 });
  const first = ops.add(root, convolved, embedHint(root.child('controlnet_cond_embedding'), hint, config));
  if (shared === null) {
    output(0, zeroConv(0), first);
    return;
  }

  // 3, 4: down and middle
  const { skips, middle } = downPath(root, first, shared);

  // 5, 6: the additions, scaled
  for (const [place, skip] of skips.entries()) output(place, zeroConv(place), skip);
  output(skips.length, root.child('controlnet_mid_block'), middle);
}

/** ControlNetConditioningEmbedding: the image in latent cells. */
function embedHint(scope: Scope, hint: Value, { hintChannels, levels }: ControlNetConfig): Value {
  const [outermost, ...deeper] = hintChannels;
  let [x, channels] = [
    silu(scope, conv2d(scope.child('conv_in'), hint, { channels: outermost, kernel: 3 })),
    outermost,
  ];
  for (const [i, next] of deeper.entries()) {
    x = silu(scope, conv2d(scope.child(`blocks.${2 * i}`), x, { channels, kernel: 3 }));
    const halved = { channels: next, bias: true, kernel: 3, stride: 2, padding: 1 };
    x = silu(scope, adaptedConv(scope.child(`blocks.${2 * i + 1}`), x, halved));
    channels = next;
  }
  return scope.result(conv2d(scope.child('conv_out'), x, { channels: levels[0].channels, kernel: 3 }));
}

/** The mean of each channel in every cell. */
function averaged(scope: Scope, x: Value): Value {
  const dims = x.dims.map(Number);
  return ops.expand(scope, ops.globalAveragePool(scope, x), scope.builder.ints(dims), dims);
}
