import type { Edges, MaskLevels } from './mask-shapes.js';
import { eachOverlap } from './place-image.js';
import type { RgbImage } from './rgb-image.js';

const GREY = 127;

/**
 * A larger image that contains this one, grey around it, and the mask of the area to draw.
 *
 * @param feather over this many pixels the mask fades into the image
 * @see ComfyUI 0.3.64, nodes.py, ImagePadForOutpaint
 */
export function padForOutpaint(
  image: RgbImage,
  { feather, ...edges }: Edges & { readonly feather: number },
): { readonly image: RgbImage; readonly mask: MaskLevels } {
  const { left, top } = edges;
  const [width, height] = [image.width + left + edges.right, image.height + top + edges.bottom];
  const pixels = new Uint8Array(3 * width * height).fill(GREY);
  const levels = new Uint8Array(width * height).fill(255);
  const fades = feather > 0 && 2 * feather < Math.min(image.width, image.height);
  const placement = { width, height, overWidth: image.width, overHeight: image.height, left, top };
  eachOverlap(placement, (under, over) => {
    pixels.set(image.data.subarray(3 * over, 3 * over + 3), 3 * under);
    const [x, y] = [over % image.width, Math.floor(over / image.width)];
    const distance = distanceToPadding({ x, y }, image, edges);
    levels[under] = fades && distance < feather ? Math.round(255 * ((feather - distance) / feather) ** 2) : 0;
  });
  return { image: { width, height, data: pixels }, mask: { width, height, data: levels } };
}

function distanceToPadding(
  { x, y }: { readonly x: number; readonly y: number },
  { width, height }: { readonly width: number; readonly height: number },
  { left, top, right, bottom }: Edges,
): number {
  const far = Number.POSITIVE_INFINITY;
  return Math.min(left > 0 ? x : far, right > 0 ? width - x : far, top > 0 ? y : far, bottom > 0 ? height - y : far);
}
