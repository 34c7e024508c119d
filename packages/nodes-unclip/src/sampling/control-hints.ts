import { centreOfAspect, cropImage } from '../image/crop-image.js';
import { resizePillow } from '../image/pillow-resize.js';
import type { RgbImage } from '../image/rgb-image.js';
import { resizeTorch, toFloatImage } from '../image/torch-resize.js';
import { hintPixelsPerCell } from '../models/unet/controlnet.js';
import type { Control } from '../port-types/conditioning.js';
import { concatRows } from '../tensor/rows.js';
import { type Tensor, tensor } from '../tensor/tensor.js';
import { type Cells, cropCells } from './prompt-parts.js';

/** Makes what control nets see out of images. */
export interface HintMaker {
  /** float32 [n, 3, H, W], 0..1: what a control shows of the cells of the latent that a prompt steers. */
  hintOf(control: Control, cells: Cells): Tensor;
}

interface LatentSize {
  readonly h: number;
  readonly w: number;
}

/**
 * As in diffusers: each image is stretched over the whole latent with Lanczos, and cropped to the area of a prompt.
 *
 * @see diffusers 0.42.1, pipeline_controlnet.py, prepare_image
 */
export function hintsLikeDiffusers({ h, w }: LatentSize): HintMaker {
  return remembering((control, cells) => {
    const perCell = hintPixelsPerCell(control.net.config);
    const size = { width: w * perCell, height: h * perCell };
    const whole = rowsOfImages(control, (image) => {
      const { data } = resizePillow(image, { ...size, filter: 'lanczos' });
      return { ...size, data: Float32Array.from(data, (level) => level / 255) };
    });
    return cropCells(whole, cells, perCell);
  });
}

/**
 * As in ComfyUI: the center of each image fills the area of a prompt, or the whole latent; nearest neighbor.
 *
 * @see ComfyUI 0.3.64, comfy/controlnet.py, ControlNet.get_control; comfy/utils.py, common_upscale
 */
export function hintsLikeComfyUi(): HintMaker {
  return remembering((control, { h, w }) => {
    const perCell = hintPixelsPerCell(control.net.config);
    const size = { width: w * perCell, height: h * perCell };
    return rowsOfImages(control, (image) => {
      const seen = cropImage(image, centreOfAspect(image, size));
      return resizeTorch(toFloatImage(seen), { ...size, method: 'nearest-exact' });
    });
  });
}

/** The same control is requested at each call. */
function remembering(make: HintMaker['hintOf']): HintMaker {
  const known = new Map<Control, Map<string, Tensor>>();
  return {
    hintOf(control, cells) {
      const byCells = known.get(control) ?? new Map<string, Tensor>();
      known.set(control, byCells);
      const key = [cells.top, cells.left, cells.h, cells.w].join();
      const hint = byCells.get(key) ?? make(control, cells);
      byCells.set(key, hint);
      return hint;
    },
  };
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

function rowsOfImages({ net, images }: Control, toPixels: (image: RgbImage) => Pixels): Tensor {
  const known = new Map<RgbImage, Tensor>();
  const rows = images.map((image) => {
    const row = known.get(image) ?? toRow(toPixels(image), net.config.readsBgr);
    known.set(image, row);
    return row;
  });
  return concatRows('control image', rows);
}

/** [1, 3, H, W] */
function toRow({ width, height, data }: Pixels, isBgr: boolean): Tensor {
  const plane = width * height;
  const row = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    const from = isBgr ? 2 - channel : channel;
    // There are three values a pixel.
    for (let i = 0; i < plane; i++) row[channel * plane + i] = data[3 * i + from] as number;
  }
  return tensor([1, 3, height, width], row);
}
