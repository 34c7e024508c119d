import type { ImageMarking } from '@unclip-studio/graph-core';
import { withReason } from '@unclip-studio/graph-core';
import type { RgbImage, SavedImageFormat } from '@unclip-studio/nodes-unclip';
import { OutputError } from './file-errors.js';
import { encodePng } from './image-codec.js';
import { loadSharp } from './sharp-library.js';
import { webpWithTexts } from './webp-with-texts.js';

// RFC 9649, 2.7.1: 14 bits hold a side.
const MAX_WEBP_SIDE_PX = 16_383;

/** An image as a file of the given format, losslessly, with texts inside. */
export interface EncodedImage {
  readonly bytes: Uint8Array;
  readonly mediaType: `image/${SavedImageFormat}`;
}

interface EncodeOptions {
  readonly format: SavedImageFormat;
  /** By keyword. */
  readonly text: Readonly<Record<string, string>>;
  readonly marking?: ImageMarking | undefined;
}

/**
 * @throws OutputError if the format cannot hold an image of this size
 */
export async function encodeImageFile(
  image: RgbImage,
  { format, text, marking }: EncodeOptions,
): Promise<EncodedImage> {
  const bytes = format === 'png' ? await encodePng(image, text, marking) : await encodeWebp(image, text, marking);
  return { bytes, mediaType: `image/${format}` };
}

/** @throws OutputError if no WebP can hold an image of this size */
export function checkWebpSide({ width, height }: Pick<RgbImage, 'width' | 'height'>, advice: string): void {
  if (Math.max(width, height) <= MAX_WEBP_SIDE_PX) return;
  throw withReason(
    new OutputError(
      `A WebP holds at most ${MAX_WEBP_SIDE_PX} px a side, and the image is ${width} x ${height} px. ${advice}`,
    ),
    { code: 'result-too-large', widthPx: width, heightPx: height, maxSidePx: MAX_WEBP_SIDE_PX },
  );
}

async function encodeWebp(image: RgbImage, text: Readonly<Record<string, string>>, marking?: ImageMarking) {
  checkWebpSide(image, 'Choose the format png.');
  if (image.lowBytes !== undefined) {
    throw withReason(new OutputError('A WebP holds 8 bits a channel, and the image has 16. Choose the format png.'), {
      code: 'webp-depth',
    });
  }
  const { data, width, height } = image;
  const sharp = await loadSharp();
  const webp = sharp(data, { raw: { width, height, channels: 3 } }).webp({ lossless: true, effort: 2 });
  return webpWithTexts(webp, text, marking);
}
