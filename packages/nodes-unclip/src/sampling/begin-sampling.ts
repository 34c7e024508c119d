import type { Seed } from '@unclip-studio/graph-core';
import { withReason } from '@unclip-studio/graph-core';
import type { UnetModel } from '../models/model.js';
import type { Mask } from '../port-types/mask.js';
import { RandomStream, type RandomStreamState } from '../random/random-stream.js';
import type { NoiseLevel, Scheduler } from '../schedulers/scheduler.js';
import { broadcastRows, repeatRows } from '../tensor/rows.js';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';
import { slerpRows } from './blend-embeds.js';
import type { SamplingSteps } from './denoise.js';
import { type SchedulerChoice, schedulerFor } from './scheduler-choices.js';
import {
  goneOnWith,
  type KeptLatents,
  maskForLatents,
  noisedLatents,
  SamplingInputError,
  skippedSteps,
} from './start-from-latent.js';
import { type StoppedScheduler, stopEarly } from './stop-early.js';

/** The params of a sampler that decide what its first call sees and how many there are. */
export interface BeginParams extends SchedulerChoice, Size {
  readonly steps: number;
  /** Images for each pair of prompt, image and latent. */
  readonly count: number;
  readonly denoise: number;
  readonly addNoise: boolean;
  readonly sameNoise: boolean;
  readonly stopAt: number;
  readonly variationStrength: number;
  /** With a denoise of 1 the latent leaves no trace in the first sample. */
  readonly pureNoise: boolean;
}

export interface StreamParams {
  readonly seed: Seed;
  readonly seedPerImage: boolean;
  readonly sameNoise: boolean;
  readonly variationSeed: Seed;
  readonly variationStrength: number;
}

export interface SamplingStreams {
  /** All that is drawn comes from here. */
  readonly generator: RandomStream;
  /** What the first noise turns to. */
  readonly variation: RandomStream;
}

/**
 * The random streams of a sampler.
 *
 * @param connected goes before the seed
 * @throws SamplingInputError for params that do not go together
 */
export function streamsFor(
  connected: RandomStreamState | undefined,
  params: StreamParams,
  images: number,
): SamplingStreams {
  const { seed, seedPerImage, sameNoise, variationSeed, variationStrength } = params;
  const isPerImage = connected === undefined ? seedPerImage : connected.others !== undefined;
  if (isPerImage && sameNoise) {
    throw withReason(
      new SamplingInputError(
        'UNetSample: a seed per image gives each image its own noise. Switch “same noise” or “seed per image” off.',
      ),
      { code: 'settings-exclude-each-other', settings: ['seedPerImage', 'sameNoise'] },
    );
  }
  const variation = isPerImage ? RandomStream.perImage(variationSeed, images) : RandomStream.fromSeed(variationSeed);
  if (connected !== undefined) return { generator: RandomStream.fromState(connected), variation };
  if (!isPerImage) return { generator: RandomStream.fromSeed(seed), variation };
  // Variations of one image share its seed and differ by the variation seed, as in Stable Diffusion web UI.
  const generator = RandomStream.perImage(seed, images, variationStrength > 0 ? 0 : 1);
  return { generator, variation };
}

export interface BeginInputs extends SamplingStreams {
  /** float32 [1 or pairs, c, h, w]; noise alone when `null`. */
  readonly latent: Tensor | null;
  readonly mask: Mask | undefined;
  /** float32 [1 or pairs, c, h, w]: the noise to begin with; drawn when `null`. */
  readonly noise: Tensor | null;
  readonly pairs: number;
  /** Of the additional input map, in cells; without one, the size can be chosen. */
  readonly mapSize?: { readonly h: number; readonly w: number } | undefined;
}

export interface Beginning {
  readonly scheduler: Scheduler;
  /** Of the result; `null` if it is clean. */
  readonly endLevel: NoiseLevel | null;
  /** float32 [n, c, h, w]: what the first call sees. */
  readonly latents: Tensor;
  readonly kept?: KeptLatents;
  readonly steps: SamplingSteps;
  /** Draws from the generator, once for all pairs where they share their noise. */
  randn(count: number): Float32Array;
}

/**
 * What sampling begins with, the noise of the first call drawn.
 *
 * @returns the latent itself where nothing of it is to be redrawn
 * @throws SamplingInputError for inputs and params that do not go together
 */
export function beginSampling(
  unet: UnetModel,
  { latent, noise: given, mask, pairs, generator, variation, mapSize }: BeginInputs,
  params: BeginParams,
): Beginning | { readonly unchanged: Tensor } {
  const start = latent && repeatRows(broadcastRows('UNetSample latent', latent, pairs), params.count);
  requireStart(start, { ...params, masked: mask !== undefined });
  const skip = skippedSteps(params.steps, params.denoise);
  if (start !== null && skip === params.steps) return { unchanged: start };

  const { scheduler, endLevel, steps } = scheduleOf(unet, params);
  const n = pairs * params.count;
  const givenNoise = given && repeatRows(broadcastRows('UNetSample noise', given, pairs), params.count);
  const sizeOfMap = mapSize ? { dims: [n, unet.latents.channels, mapSize.h, mapSize.w] } : null;
  const sized = start ?? givenNoise ?? sizeOfMap;
  const dims = firstDims(sized, { ...params, n }, unet);
  // The copies of a pair are adjacent; with the same noise for all pairs, each still starts from a different latent
  // than the others.
  const drawFrom = (stream: RandomStream) =>
    params.sameNoise ? sharedNoise(stream, pairs) : (size: number) => stream.randn(size, n);
  const randn = drawFrom(generator);
  const firstNoise = (size: number) => {
    if (givenNoise !== null) return fitting(givenNoise, dims);
    const drawn = randn(size);
    if (params.variationStrength === 0) return drawn;
    const rows = (values: Float32Array) => tensor([n, size / n], values);
    return slerpRows(rows(drawn), rows(drawFrom(variation)(size)), params.variationStrength).data;
  };
  const { latents, noise } = firstLatents(start, {
    ...{ scheduler, dims, firstNoise, addNoise: params.addNoise },
    leavesNoTrace: params.pureNoise && params.denoise === 1,
  });
  const kept =
    start === null || mask === undefined ? {} : { kept: { original: start, noise, mask: maskForLatents(mask, start) } };
  return { ...{ scheduler, endLevel, latents, randn, steps }, ...kept };
}

/** The calls of a run, without those that are skipped at its start or end. */
export function scheduleOf(
  unet: Pick<UnetModel, 'scheduler'>,
  params: SchedulerChoice & Pick<BeginParams, 'denoise' | 'stopAt'>,
): StoppedScheduler & Pick<Beginning, 'steps'> {
  const skip = skippedSteps(params.steps, params.denoise);
  const whole = schedulerFor(unet, { ...params, skip });
  const callsAStep = whole.timesteps.length / (params.steps - skip);
  const stepOf = (call: number) => skip + Math.floor(call / callsAStep);
  const steps = { count: params.steps, calls: whole.timesteps.length, stepOf };
  return { ...stopEarly(whole, { ...params, skip }), steps };
}

interface FirstLatents {
  readonly scheduler: Scheduler;
  readonly dims: readonly number[];
  readonly addNoise: boolean;
  readonly leavesNoTrace: boolean;
  firstNoise(count: number): Float32Array;
}

/** What the first call sees: noise, a latent with noise added, or a latent that is noisy already. */
function firstLatents(start: Tensor | null, { scheduler, dims, addNoise, firstNoise, leavesNoTrace }: FirstLatents) {
  if (start !== null && !addNoise) return { latents: goneOnWith(scheduler, start), noise: new Float32Array(0) };
  const noise = firstNoise(dims.reduce((product, dim) => product * dim, 1));
  const fromNoise = () => noise.map((value) => value * scheduler.initNoiseSigma);
  const isNoise = start === null || leavesNoTrace;
  return { latents: isNoise ? tensor(dims, fromNoise()) : noisedLatents(scheduler, start, noise), noise };
}

/** @throws SamplingInputError if noise and latent are of different sizes */
function fitting(noise: Tensor, dims: readonly number[]): Float32Array {
  if (noise.dims.join() === dims.join()) return noise.data;
  const [n = 0, , height = 0, width = 0] = noise.dims;
  const [images = 0, , otherHeight = 0, otherWidth = 0] = dims;
  throw withReason(
    new SamplingInputError(
      `UNetSample: the noise is [${noise.dims.join(', ')}], but the latent is [${dims.join(', ')}]. Give both one size.`,
    ),
    n === images
      ? { code: 'sizes-differ', of: 'noise', width, height, otherWidth, otherHeight }
      : { code: 'batches-differ', expected: images, got: n },
  );
}

/** Draws what one of `series` equal parts needs, and gives it to each of them. */
function sharedNoise(generator: RandomStream, series: number): (size: number) => Float32Array {
  return (size) => {
    const noise = generator.randn(size / series, 1);
    const all = new Float32Array(size);
    for (let offset = 0; offset < size; offset += noise.length) all.set(noise, offset);
    return all;
  };
}

interface StartParams {
  readonly denoise: number;
  readonly addNoise: boolean;
  readonly masked: boolean;
}

/** @throws SamplingInputError if a setting requires a latent */
function requireStart(start: Tensor | null, { denoise: share, addNoise, masked }: StartParams): void {
  if (start !== null && masked && !addNoise) {
    throw withReason(
      new SamplingInputError(
        'UNetSample: with a mask, the latent is what stays outside of it, and so has to be clean. Switch addNoise on, or ' +
          'disconnect the mask.',
      ),
      { code: 'settings-exclude-each-other', settings: ['mask', 'addNoise: false'] },
    );
  }
  if (start !== null) return;
  const what = masked ? 'a mask' : share < 1 ? `denoise ${share}` : addNoise ? null : 'addNoise off';
  if (what === null) return;
  throw withReason(
    new SamplingInputError(
      `UNetSample: ${what} needs a latent to start from. Connect one from VAEEncode or from another UNetSample.`,
    ),
    { code: 'input-missing', input: 'latent' },
  );
}

interface Size {
  /** Pixels; 0 leaves the choice to the latent or the model. */
  readonly width: number;
  readonly height: number;
}

/** [n, c, h, w] of the sampled latents. @throws SamplingInputError if the params set another size than the latent's */
export function firstDims(
  start: Pick<Tensor, 'dims'> | null,
  { n, ...size }: Size & { readonly n: number },
  unet: UnetModel,
): readonly number[] {
  return start === null ? latentDims(n, size, unet) : startDims(start, size, unet);
}

function latentDims(n: number, { width, height }: Size, { config, latents }: UnetModel): readonly number[] {
  const cells = (sizePx: number) => (sizePx === 0 ? config.sampleSize : Math.floor(sizePx / latents.pixelsPerCell));
  return [n, latents.channels, cells(height), cells(width)];
}

/** @throws SamplingInputError if the params ask for another size */
function startDims(start: Pick<Tensor, 'dims'>, { width, height }: Size, { latents }: UnetModel): readonly number[] {
  const { h = 0, w = 0 } = bindDims('UNetSample latent', start, `n ${latents.channels} h w`);
  const { pixelsPerCell } = latents;
  const fits = (sizePx: number, cells: number) => sizePx === 0 || Math.floor(sizePx / pixelsPerCell) === cells;
  if (fits(width, w) && fits(height, h)) return start.dims;
  throw withReason(
    new SamplingInputError(
      `UNetSample: the latent is ${w * pixelsPerCell} x ${h * pixelsPerCell} px, but width and height ask for ` +
        `${width} x ${height}. Leave them at 0, or put a LatentUpscale or an ImageResize before.`,
    ),
    {
      code: 'sizes-differ',
      of: 'latent',
      width: w * pixelsPerCell,
      height: h * pixelsPerCell,
      otherWidth: width,
      otherHeight: height,
    },
  );
}
