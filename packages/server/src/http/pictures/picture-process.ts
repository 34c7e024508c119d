import type { RgbImage } from '@unclip-studio/nodes-unclip';
import { ImageError } from '../../services/file-errors.js';
import { decodeAlpha, decodeImage, toPng } from '../../services/image-codec.js';
import { detectImageFormat } from '../../services/image-format.js';
import { loadSharp } from '../../services/sharp-library.js';

export type PictureTask = {
  readonly bytes: Uint8Array;
  /** Of the image, width times height. */
  readonly maxPixels: number;
} & (
  | { readonly kind: 'check'; readonly label: string }
  | { readonly kind: 'thumbnail'; readonly sidePx: number }
  | ({ readonly kind: 'view' } & ImageView)
);

/** An image in another form, as large as it is. */
export interface ImageView {
  /** `rgb`: without transparency. `a`: how opaque it is, as black of that opacity. */
  readonly channel: 'rgb' | 'a' | 'rgba';
  readonly format: 'png' | 'webp' | 'jpeg';
  /** Of WebP and JPEG, 1 to 100. */
  readonly quality: number;
}

export type PictureAnswer =
  | { readonly kind: 'checked'; readonly mediaType: string; readonly widthPx: number; readonly heightPx: number }
  | { readonly kind: 'thumbnail' | 'view'; readonly bytes: Uint8Array }
  | { readonly kind: 'refused'; readonly message: string; readonly isOtherFormat: boolean };

// The main module of the picture process. One task at a time, so that memory is that of one picture.
let last: Promise<void> = Promise.resolve();
process.on('message', ({ id, task }: { readonly id: number; readonly task: PictureTask }) => {
  last = last.then(async () => {
    try {
      process.send?.({ id, answer: await doPictureTask(task) });
    } catch (error) {
      process.send?.({ id, error: (error as Error).message });
    }
  });
});
process.on('disconnect', () => process.exit(0));

async function doPictureTask(task: PictureTask): Promise<PictureAnswer> {
  const { maxPixels } = task;
  try {
    if (task.kind === 'check') {
      const picture = await decodeImage(task.bytes, `Image "${task.label}"`, { maxPixels });
      const mediaType = `image/${detectImageFormat(task.bytes)}`;
      return { kind: 'checked', mediaType, widthPx: picture.width, heightPx: picture.height };
    }
    const picture = await decodeImage(task.bytes, 'The picture', { animations: 'first frame', maxPixels });
    if (task.kind === 'view') return { kind: 'view', bytes: await encodeView(picture, task) };
    const sharp = await loadSharp();
    const { width, height } = picture;
    const thumbnail = sharp(picture.data, { raw: { width, height, channels: 3 } })
      .resize({ width: task.sidePx, height: task.sidePx, fit: 'inside', withoutEnlargement: true })
      // More effort takes three times as long for a tenth fewer bytes.
      .webp({ quality: 80, effort: 2 });
    return { kind: 'thumbnail', bytes: await thumbnail.toBuffer() };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return { kind: 'refused', message: error.message, isOtherFormat: detectImageFormat(task.bytes) === undefined };
  }
}

async function encodeView(
  image: RgbImage,
  { bytes, channel, format, quality }: ImageView & { readonly bytes: Uint8Array },
) {
  const { width, height } = image;
  const isOpaque = channel === 'rgb' || format === 'jpeg';
  if (isOpaque && format === 'png') return toPng(image);
  const sharp = await loadSharp();
  const pixels = isOpaque ? image.data : withAlpha(image, (await decodeAlpha(bytes)).data, channel);
  const raw = sharp(pixels, { raw: { width, height, channels: isOpaque ? 3 : 4 } });
  const encoded = format === 'png' ? raw.png() : format === 'webp' ? raw.webp({ quality }) : raw.jpeg({ quality });
  return encoded.toBuffer();
}

/** @param channel `a`: all is black */
function withAlpha({ data }: RgbImage, alpha: Uint8Array, channel: 'a' | 'rgba'): Uint8Array {
  const rgba = new Uint8Array(4 * alpha.length);
  for (const [i, opacity] of alpha.entries()) {
    if (channel === 'rgba') rgba.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
    rgba[4 * i + 3] = opacity;
  }
  return rgba;
}
