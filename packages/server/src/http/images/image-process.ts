import { becauseOf, insertPngText, PngError, withReason } from '@unclip-studio/graph-core';
import type { RgbImage } from '@unclip-studio/nodes-unclip';
import type { Reason } from '@unclip-studio/protocol';
import { hasManifest } from '../../services/c2pa/find-manifest.js';
import type { SigningFiles } from '../../services/c2pa/signing-key.js';
import { ImageError } from '../../services/file-errors.js';
import { decodeAlpha, decodeImage, toPng } from '../../services/image-codec.js';
import { detectImageFormat } from '../../services/image-format.js';
import { OWN_KEYWORDS, readImageText } from '../../services/image-text.js';
import { loadSharp } from '../../services/sharp-library.js';

export type ImageTask = {
  readonly bytes: Uint8Array;
  /** Of the image, width times height. */
  readonly maxPixels: number;
} & (
  | { readonly kind: 'check'; readonly label: string }
  | { readonly kind: 'thumbnail'; readonly sidePx: number }
  | ({
      readonly kind: 'view';
      /** For another form of an image that has a manifest. */
      readonly c2pa?: SigningFiles | undefined;
    } & ImageView)
  | { readonly kind: 'mask'; readonly mask: Uint8Array }
);

/** An image in another form, as large as it is. */
export interface ImageView {
  /** `rgb`: without transparency. `a`: how opaque it is, as black of that opacity. */
  readonly channel: 'rgb' | 'a' | 'rgba';
  readonly format: 'png' | 'webp' | 'jpeg';
  /** Of WebP and JPEG, 1 to 100. */
  readonly quality: number;
}

export type ImageAnswer =
  | { readonly kind: 'checked'; readonly mediaType: string; readonly widthPx: number; readonly heightPx: number }
  | { readonly kind: 'thumbnail' | 'view' | 'mask'; readonly bytes: Uint8Array }
  | { readonly kind: 'refused'; readonly message: string; readonly because?: Reason; readonly isOtherFormat: boolean };

// The main module of the image process. One task at a time, so that memory is that of one image.
let last: Promise<void> = Promise.resolve();
process.on('message', ({ id, task }: { readonly id: number; readonly task: ImageTask }) => {
  last = last.then(async () => {
    try {
      process.send?.({ id, answer: await doImageTask(task) });
    } catch (error) {
      process.send?.({ id, error: (error as Error).message });
    }
  });
});
process.on('disconnect', () => process.exit(0));

async function doImageTask(task: ImageTask): Promise<ImageAnswer> {
  const { maxPixels } = task;
  try {
    if (task.kind === 'check') {
      const image = await decodeImage(task.bytes, `Image "${task.label}"`, { maxPixels });
      const mediaType = `image/${detectImageFormat(task.bytes)}`;
      return { kind: 'checked', mediaType, widthPx: image.width, heightPx: image.height };
    }
    const image = await decodeImage(task.bytes, 'The image', { animations: 'first frame', maxPixels });
    if (task.kind === 'mask') return { kind: 'mask', bytes: await applyMask(image, task) };
    if (task.kind === 'view') return { kind: 'view', bytes: await signView(await encodeView(image, task), task) };
    const sharp = await loadSharp();
    const { width, height } = image;
    const thumbnail = sharp(image.data, { raw: { width, height, channels: 3 } })
      .resize({ width: task.sidePx, height: task.sidePx, fit: 'inside', withoutEnlargement: true })
      // More effort takes three times as long for a tenth fewer bytes.
      .webp({ quality: 80, effort: 2 });
    return { kind: 'thumbnail', bytes: await thumbnail.toBuffer() };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const isOtherFormat = detectImageFormat(task.bytes) === undefined;
    return { kind: 'refused', message: error.message, ...becauseOf(error), isOtherFormat };
  }
}

async function encodeView(
  image: RgbImage,
  { bytes, channel, format, quality }: ImageView & { readonly bytes: Uint8Array },
) {
  const { width, height } = image;
  const isOpaque = channel === 'rgb' || format === 'jpeg';
  const marking = await markingIn(bytes);
  if (isOpaque && format === 'png' && marking === undefined) return toPng(image);
  const sharp = await loadSharp();
  const pixels = isOpaque ? image.data : withAlpha(image, (await decodeAlpha(bytes)).data, channel);
  const raw = sharp(pixels, { raw: { width, height, channels: isOpaque ? 3 : 4 } });
  const encoded = format === 'png' ? raw.png() : format === 'webp' ? raw.webp({ quality }) : raw.jpeg({ quality });
  return (marking === undefined ? encoded : encoded.withXmp(marking)).toBuffer();
}

/** What is signed stays signed, with the image that it was made of as the parent. */
async function signView(
  view: Uint8Array,
  { bytes, c2pa }: Pick<Extract<ImageTask, { readonly kind: 'view' }>, 'bytes' | 'c2pa'>,
): Promise<Uint8Array> {
  if (c2pa === undefined || !hasManifest(bytes)) return view;
  const { openImageSigner } = await import('../../services/c2pa/image-signer.js');
  return (await openImageSigner(c2pa)).signConverted(view, bytes);
}

/** The XMP that says a model made an image, which another form of it has to say too. */
async function markingIn(bytes: Uint8Array): Promise<string | undefined> {
  const sharp = await loadSharp();
  const { xmp } = await sharp(bytes).metadata();
  const packet = xmp?.toString('utf8');
  return packet?.includes('DigitalSourceType') ? packet : undefined;
}

/** @see ComfyUI 0.3.64, server.py, upload_mask */
async function applyMask(
  image: RgbImage,
  { bytes, mask, maxPixels }: Pick<ImageTask, 'bytes' | 'maxPixels'> & { readonly mask: Uint8Array },
): Promise<Uint8Array> {
  // Decoded first, so that oversized images and animations are rejected.
  const { width, height } = await decodeImage(mask, 'The mask', { maxPixels });
  if (width !== image.width || height !== image.height) {
    throw withReason(
      new ImageError(
        `The mask: expected ${image.width} x ${image.height} px like its image, got ${width} x ${height} px. ` +
          'Draw it at the size of the image.',
      ),
      { code: 'sizes-differ', of: 'mask', width, height, otherWidth: image.width, otherHeight: image.height },
    );
  }
  const sharp = await loadSharp();
  const pixels = withAlpha(image, (await decodeAlpha(mask)).data, 'rgba');
  const png = await sharp(pixels, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
  return insertPngText(png, textsToKeep(bytes), () => true);
}

// Others are not allowed in a PNG, though some have them.
const KEYWORD = /^[!-~](?:[ -~]{0,77}[!-~])?$/;

/** The metadata of other programs in the image; without our receipt, which describes other pixels. */
function textsToKeep(image: Uint8Array): Readonly<Record<string, string>> {
  if (detectImageFormat(image) !== 'png') return {};
  try {
    const isKept = (keyword: string) => KEYWORD.test(keyword) && !keyword.startsWith(OWN_KEYWORDS);
    return Object.fromEntries([...readImageText(image)].filter(([keyword]) => isKept(keyword)));
  } catch (error) {
    if (error instanceof PngError) return {};
    throw error;
  }
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
