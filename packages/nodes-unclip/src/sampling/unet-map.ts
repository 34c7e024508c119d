import { withReason } from '@unclip-studio/graph-core';
import { MAP_CHANNELS, type MapKind } from '../models/map-channels.js';
import type { UnetModel } from '../models/model.js';
import type { DrawnChannels, UnetMap } from '../port-types/unet-map.js';
import type { RandomStream } from '../random/random-stream.js';
import { repeatRows } from '../tensor/rows.js';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';
import type { Guides } from './guides.js';
import { SamplingInputError } from './start-from-latent.js';

/** The guide whose channels come after those of the sample. */
export const UNET_MAP = 'sample_map';

const ADVICE: Readonly<Record<MapKind, string>> = {
  inpaint: 'an inpainting model: connect a map from Inpaint Conditioning',
  depth: 'a depth model: connect a map from Depth Conditioning',
  'low-resolution image': 'an upscaling model: connect a map from Upscale Conditioning',
};

/** Whether it was made as in ComfyUI, where what conditions a sampler carries it, and models read it that have a use for it. */
export function isForAll({ kind, drawn }: UnetMap): boolean {
  return kind === 'inpaint' && drawn === null;
}

/**
 * The map as a UNet reads it: one that is for all models counts only where it is seen.
 *
 * @throws SamplingInputError for a UNet that needs another map, or none
 */
export function mapFor(unet: UnetModel, map: UnetMap | undefined): UnetMap | undefined {
  const seesNone = !MAP_CHANNELS.has(unet.config.inChannels - unet.latents.channels);
  if (map !== undefined && seesNone && isForAll(map)) return undefined;
  requireMapFits(unet, map);
  return map;
}

function requireMapFits({ name, config, latents }: UnetModel, map: UnetMap | undefined): void {
  const wanted = MAP_CHANNELS.get(config.inChannels - latents.channels);
  if (wanted === map?.kind) return;
  throw new SamplingInputError(
    wanted === undefined
      ? `UNetSample: "${name}" has no inputs besides the latent image. Disconnect the map, or choose an ${map?.kind} model.`
      : `UNetSample: "${name}" is ${ADVICE[wanted]}.`,
  );
}

interface Drawing {
  /** Images that are drawn. */
  readonly images: number;
  readonly generator: RandomStream;
}

/** Guides with a map as well. What of it is left to chance is drawn now, once for all images of one random stream. */
export function withMap(
  [first, later]: readonly [Guides, Guides],
  { known, drawn, level }: UnetMap,
  { images, generator }: Drawing,
): readonly [Guides, Guides] {
  const full = drawn === null ? known : joinRows(known, draw(drawn, { images, generator }));
  const rows = full.dims[0] ?? 1;
  if (images % rows !== 0) {
    throw withReason(
      new SamplingInputError(
        `UNetSample: the map is for ${rows} images, but ${images} are generated. Use the same number.`,
      ),
      { code: 'batches-differ', expected: rows, got: images },
    );
  }
  const spread = repeatRows(full, images / rows);
  const labels = level === null ? null : tensor([images], new Float32Array(images).fill(level));
  const inputs: Guides['inputs'] = {
    [UNET_MAP]: { label: 'map', guided: spread, unguided: spread, perCell: 1 },
    ...(labels && { class_labels: { label: 'noise level', guided: labels, unguided: labels } }),
  };
  const add = (guides: Guides): Guides => ({ ...guides, inputs: { ...guides.inputs, ...inputs } });
  return [add(first), add(later)];
}

function draw({ mean, std, scalingFactor }: DrawnChannels, { images, generator }: Drawing): Tensor {
  const times = generator.state().others === undefined ? 1 : images / (mean.dims[0] ?? 1);
  const [means, stds] = [repeatRows(mean, times), repeatRows(std, times)];
  const noise = generator.randn(means.data.length, means.dims[0] ?? 1);
  const { fround } = Math;
  const data = means.data.map((value, i) => {
    // As many deviations and draws as means.
    const sample = fround(value + fround((stds.data[i] as number) * (noise[i] as number)));
    return sample * fround(scalingFactor);
  });
  return tensor(means.dims, data);
}

/** Channels behind channels; one row of either serves all of the other. */
function joinRows(first: Tensor, second: Tensor): Tensor {
  const n = Math.max(first.dims[0] ?? 1, second.dims[0] ?? 1);
  const all = (rows: Tensor) => repeatRows(rows, n / (rows.dims[0] ?? 1));
  return joinChannels(all(first), all(second));
}

/** @param map float32 [n, k, h, w], of the sample's size */
export function joinChannels(sample: Tensor, map: Tensor): Tensor {
  const { n = 0, c = 0, h = 0, w = 0 } = bindDims('UNet sample', sample, 'n c h w');
  const { k = 0 } = bindDims('UNet map', map, `${n} k ${h} ${w}`);
  const row = (rows: Tensor, channels: number, i: number) =>
    tensor([1, channels * h * w], rows.data.subarray(i * channels * h * w, (i + 1) * channels * h * w));
  const parts = Array.from({ length: n }, (_, i) => [row(sample, c, i), row(map, k, i)]).flat();
  const data = new Float32Array(n * (c + k) * h * w);
  let offset = 0;
  for (const part of parts) {
    data.set(part.data, offset);
    offset += part.data.length;
  }
  return tensor([n, c + k, h, w], data);
}
