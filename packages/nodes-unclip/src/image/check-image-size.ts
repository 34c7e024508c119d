import { withReason } from '@unclip-studio/graph-core';
import { MAX_MEGAPIXELS, MAX_SIDE_PX } from '../limits.js';
import { ImageSizeError } from './preprocess-vae.js';

/**
 * @param maker the type of the node that would make the image
 * @param advice what to do instead
 * @throws ImageSizeError for an image that would not fit into memory with others
 */
export function checkImageSize(
  { width, height }: { readonly width: number; readonly height: number },
  { maker, advice }: { readonly maker: string; readonly advice: string },
): void {
  if (Math.max(width, height) <= MAX_SIDE_PX && width * height <= MAX_MEGAPIXELS * 2 ** 20) return;
  throw withReason(
    new ImageSizeError(
      `${maker}: the image would have ${width} x ${height} px; expected at most ${MAX_SIDE_PX} px a side and ` +
        `${MAX_MEGAPIXELS} megapixels. ${advice}`,
    ),
    {
      code: 'result-too-large',
      widthPx: width,
      heightPx: height,
      maxSidePx: MAX_SIDE_PX,
      maxMegapixels: MAX_MEGAPIXELS,
    },
  );
}
