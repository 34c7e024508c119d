import type { CancelSignal, ModelUse } from '@unclip-studio/graph-core';
import { cropImage } from '../image/crop-image.js';
import { cutLevels, toLevels } from '../image/decoded-to-images.js';
import { type RgbImage, toWideLevels, unitAt } from '../image/rgb-image.js';
import { type AxisTiles, blendWeights, coverAxis } from '../image/tiles.js';
import {
  type FitsMemory,
  fitsInto,
  type InferenceService,
  isOutOfMemory,
  leaveFullDevice,
  type ModelRequest,
} from '../models/inference.js';
import type { UpscalerModel } from '../models/model.js';
import { unshuffleOf } from '../models/rrdbnet.js';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';
import { cutOut, TileBlend } from './tile-blend.js';
import type { Tiling } from './tile-plan.js';

export interface UpscaleOptions {
  readonly upscaler: UpscalerModel;
  readonly inference: InferenceService;
  readonly tiling: Tiling;
  /** How values become levels; see `toUint8Images`. Rounded when left out. */
  readonly levels?: 'round' | 'cut';
  /** Whether the result has 16 bits a channel; 8 when left out. */
  readonly isWide?: boolean;
  readonly signal: CancelSignal;
  /** After each tile. */
  onTile?(done: number, all: number): void;
}

// A tile of 512 px takes 3 GB with RealESRGAN_x4plus, one of 64 px less than the weights.
const TILE_PX = [512, 384, 256, 192, 128, 64] as const;
/** Neighbours share so many pixels, over which one fades into the other. */
const OVERLAP_PX = 32;

/** One image times the scale of the upscaler, in tiles where it would not fit into memory. */
export async function upscaleImage(image: RgbImage, options: UpscaleOptions): Promise<RgbImage> {
  const { levels = 'round', isWide = false } = options;
  const enlarged = await upscaleToTensor(image, options);
  if (isWide) return toRgbImage(enlarged, (units) => toWideLevels(units, levels));
  const toBytes = levels === 'cut' ? cutLevels : toLevels;
  return toRgbImage(enlarged, (units) => ({ data: toBytes(units) }));
}

/** The same before it is rounded to 8 bits. @returns float32 [1, 3, H, W], about 0..1, not clamped */
export async function upscaleToTensor(image: RgbImage, options: UpscaleOptions): Promise<Tensor> {
  const firstTile = () => chooseTile(image, { ...options, fits: fitsInto(options.inference) });
  for (let tilePx = firstTile(); ; ) {
    try {
      return tilePx === null ? await upscaleWhole(image, options) : await upscaleInTiles(image, tilePx, options);
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      const smaller = TILE_PX.find((px) => px < (tilePx ?? Math.max(image.width, image.height)));
      if (options.tiling === 'off' || smaller === undefined) {
        if (!leaveFullDevice(options.inference)) throw error;
        tilePx = firstTile();
        continue;
      }
      options.inference.notice?.(`Memory ran out, so the image is upscaled in tiles of ${smaller} px.`, {
        ...{ code: 'memory-short', solution: 'upscaled-in-tiles' },
      });
      tilePx = smaller;
    }
  }
}

type SizePx = Pick<RgbImage, 'width' | 'height'>;
type TileChoice = Pick<UpscaleOptions, 'upscaler' | 'tiling'> & { readonly fits: FitsMemory };

/** What upscaling one image will run, unless memory runs out. */
export function upscalerUse(size: SizePx, choice: TileChoice): ModelUse<ModelRequest> {
  const { upscaler } = choice;
  const tilePx = chooseTile(size, choice);
  if (tilePx === null) return { model: upscaler.request(placesOf(upscaler, size)), times: 1 };
  const { rows, columns } = coverWithTiles(size, tilePx);
  return {
    model: upscaler.request(placesOf(upscaler, { width: columns.size, height: rows.size })),
    times: rows.starts.length * columns.starts.length,
  };
}

/** The side of the first tile to try; `null` for the whole image at once. */
function chooseTile({ width, height }: SizePx, { upscaler, tiling, fits }: TileChoice): number | null {
  if (tiling === 'off') return null;
  const fitsAt = (area: SizePx) => fits(upscaler.request(placesOf(upscaler, area)));
  if (tiling === 'auto' && fitsAt({ width, height })) return null;
  const smaller = TILE_PX.filter((px) => px < Math.max(width, height));
  return smaller.find((px) => fitsAt({ width: px, height: px })) ?? smaller.at(-1) ?? null;
}

function coverWithTiles({ width, height }: SizePx, tilePx: number) {
  const cover = (length: number) => coverAxis(length, { size: tilePx, overlap: Math.min(OVERLAP_PX, tilePx / 4) });
  return { rows: cover(height), columns: cover(width) };
}

/** Sizes of the model's input for an area in pixels. */
function placesOf({ config }: UpscalerModel, { width, height }: SizePx) {
  const unshuffle = unshuffleOf(config.inChannels);
  return { h: Math.ceil(height / unshuffle), w: Math.ceil(width / unshuffle) };
}

async function upscaleInTiles(image: RgbImage, tilePx: number, options: UpscaleOptions): Promise<Tensor> {
  const { scale } = options.upscaler;
  const { rows, columns } = coverWithTiles(image, tilePx);
  const blend = new TileBlend(3, image.height * scale, image.width * scale);
  let done = 0;
  for (const [row, top] of rows.starts.entries()) {
    for (const [column, left] of columns.starts.entries()) {
      options.signal.throwIfAborted();
      const tile = cropImage(image, { top, left, width: columns.size, height: rows.size });
      blend.add(await upscaleWhole(tile, options), {
        ...{ top: top * scale, left: left * scale },
        rowWeights: blendWeights(times(rows, scale), row),
        columnWeights: blendWeights(times(columns, scale), column),
      });
      options.onTile?.(++done, rows.starts.length * columns.starts.length);
    }
  }
  return blend.finish();
}

function times({ size, starts }: AxisTiles, scale: number): AxisTiles {
  return { size: size * scale, starts: starts.map((start) => start * scale) };
}

async function upscaleWhole(image: RgbImage, { upscaler, inference }: UpscaleOptions): Promise<Tensor> {
  const { scale } = upscaler;
  const pixels = toPlaces(image, unshuffleOf(upscaler.config.inChannels));
  const { h = 0, w = 0 } = bindDims('upscaler pixels', pixels, '1 c h w');
  const { image: enlarged } = await inference.run(upscaler.request({ h, w }), { pixels });
  if (enlarged === undefined) throw new Error('Internal error: the upscaler has no output image');
  // The padding to whole positions is cropped again.
  return cutOut(enlarged, { top: 0, left: 0, height: image.height * scale, width: image.width * scale });
}

/**
 * The pixels as input of the model: `unshuffle` x `unshuffle` of them at one position, as in torch's `pixel_unshuffle`.
 * Sides are padded to whole positions by reflection.
 */
function toPlaces(image: RgbImage, unshuffle: number): Tensor {
  const { width, height } = image;
  const [h, w] = [Math.ceil(height / unshuffle), Math.ceil(width / unshuffle)];
  const pixels = new Float32Array(3 * unshuffle ** 2 * h * w);
  let o = 0;
  for (let channel = 0; channel < 3; channel++) {
    for (let row = 0; row < unshuffle; row++) {
      for (let column = 0; column < unshuffle; column++) {
        for (let y = 0; y < h; y++) {
          for (let x = 0; x < w; x++) {
            const from = reflect(y * unshuffle + row, height) * width + reflect(x * unshuffle + column, width);
            // Reflected positions are inside the image.
            pixels[o++] = unitAt(image, 3 * from + channel);
          }
        }
      }
    }
  }
  return tensor([1, 3 * unshuffle ** 2, h, w], pixels);
}

/** A position beyond the end, mirrored at the last one. */
function reflect(position: number, length: number): number {
  return position < length ? position : Math.max(2 * (length - 1) - position, 0);
}

function toRgbImage(
  { data, dims }: Tensor,
  toBytes: (units: Float32Array) => Pick<RgbImage, 'data' | 'lowBytes'>,
): RgbImage {
  const [, , height = 0, width = 0] = dims;
  const plane = height * width;
  const units = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < plane; i++) {
      // Three planes of as many values.
      units[3 * i + channel] = Math.min(Math.max(data[channel * plane + i] as number, 0), 1);
    }
  }
  return { width, height, ...toBytes(units) };
}
