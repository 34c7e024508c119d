import { ImageError } from '../../services/file-errors.js';
import { decodeImage } from '../../services/image-codec.js';
import { detectImageFormat } from '../../services/image-format.js';
import { loadSharp } from '../../services/sharp-library.js';

export type PictureTask = {
  readonly bytes: Uint8Array;
  /** Of the image, width times height. */
  readonly maxPixels: number;
} & ({ readonly kind: 'check'; readonly label: string } | { readonly kind: 'thumbnail'; readonly sidePx: number });

export type PictureAnswer =
  | { readonly kind: 'checked'; readonly mediaType: string; readonly widthPx: number; readonly heightPx: number }
  | { readonly kind: 'thumbnail'; readonly bytes: Uint8Array }
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
      const picture = await decodeImage(task.bytes, `Picture "${task.label}"`, { maxPixels });
      const mediaType = `image/${detectImageFormat(task.bytes)}`;
      return { kind: 'checked', mediaType, widthPx: picture.width, heightPx: picture.height };
    }
    const picture = await decodeImage(task.bytes, 'The picture', { animations: 'first frame', maxPixels });
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
