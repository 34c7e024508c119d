import { PngError, pngChunks, unreachable } from '@unclip-studio/graph-core';
import type { ImageFormat } from './image-format.js';
import type { ImageHeader } from './image-header.js';
import { readPngText } from './png-text.js';
import type { SharpImage } from './sharp-library.js';

/**
 * The EXIF orientation of an image: 1 to 8, 1 for upright. EXIF decides, wherever in the file it is; without it, XMP
 * does.
 *
 * @see Pillow 13.0.0, Image.getexif and PngImageFile.getexif
 */
export function orientationOf(
  bytes: Uint8Array,
  format: ImageFormat,
  header: Pick<ImageHeader, 'orientation' | 'xmp'>,
): number {
  switch (format) {
    case 'png':
      return exifOrientationOfPng(bytes) ?? xmpOrientation(textOf(bytes, XMP_KEYWORD)) ?? 1;
    case 'jpeg':
    case 'webp':
      return header.orientation ?? xmpOrientation(header.xmp?.toString('latin1')) ?? 1;
    default:
      return unreachable(format);
  }
}

/** Applies this orientation; sharp first mirrors and then rotates. */
export function turnUpright(image: SharpImage, orientation: number): SharpImage {
  switch (orientation) {
    case 2:
      return image.flop();
    case 3:
      return image.rotate(180);
    case 4:
      return image.flip();
    case 5:
      return image.flip().rotate(90);
    case 6:
      return image.rotate(90);
    case 7:
      return image.flop().rotate(90);
    case 8:
      return image.rotate(270);
    default:
      return image;
  }
}

const PROFILE_KEYWORD = 'Raw profile type exif';
const XMP_KEYWORD = 'XML:com.adobe.xmp';

/** A separate chunk, before or after the pixels, or as ImageMagick and older programs write it: a text in hex. */
function exifOrientationOfPng(png: Uint8Array): number | undefined {
  for (const { type, data } of pngChunks(png)) if (type === 'eXIf') return exifOrientation(data);
  const profile = textOf(png, PROFILE_KEYWORD);
  // An empty line, the name, the length; the rest is the profile.
  const hex = profile?.split('\n').slice(3).join('').replace(/\s/g, '');
  return hex === undefined ? undefined : exifOrientation(Buffer.from(hex, 'hex'));
}

function textOf(png: Uint8Array, keyword: string): string | undefined {
  try {
    return readPngText(png, [keyword]).get(keyword);
  } catch (error) {
    // A damaged text says nothing of the image, whose pixels may be whole.
    if (error instanceof PngError) return undefined;
    throw error;
  }
}

const XMP_ORIENTATION = /tiff:Orientation(?:="|>)([0-9])/;

function xmpOrientation(xmp: string | undefined): number | undefined {
  const [, digit] = XMP_ORIENTATION.exec(xmp ?? '') ?? [];
  return digit === undefined ? undefined : Number(digit);
}

const EXIF_HEADER = Buffer.from('Exif\0\0', 'latin1');
const ORIENTATION_TAG = 0x0112;
const ENTRY_BYTES = 12;
// TIFF 6.0, section 2: BYTE, SHORT, LONG.
const SIZES: ReadonlyMap<number, 1 | 2 | 4> = new Map([
  [1, 1],
  [3, 2],
  [4, 4],
]);

/** The tag Orientation of the first directory; `undefined` if it is not there, or the EXIF is damaged before it. */
export function exifOrientation(exif: Uint8Array): number | undefined {
  let tiff = Buffer.from(exif.buffer, exif.byteOffset, exif.byteLength);
  while (tiff.subarray(0, EXIF_HEADER.length).equals(EXIF_HEADER)) tiff = tiff.subarray(EXIF_HEADER.length);
  const order = tiff.toString('latin1', 0, 2);
  if (tiff.length < 8 || (order !== 'II' && order !== 'MM')) return undefined;
  const read = (at: number, size: 1 | 2 | 4) => {
    if (at + size > tiff.length) return undefined;
    return order === 'II' ? tiff.readUIntLE(at, size) : tiff.readUIntBE(at, size);
  };
  const directory = read(4, 4) ?? 0;
  const count = read(directory, 2) ?? 0;
  for (let entry = 0; entry < count; entry++) {
    const at = directory + 2 + entry * ENTRY_BYTES;
    const tag = read(at, 2);
    if (tag === undefined) return undefined;
    if (tag !== ORIENTATION_TAG) continue;
    const size = SIZES.get(read(at + 2, 2) ?? 0);
    return size === undefined || read(at + 4, 4) !== 1 ? undefined : read(at + 8, size);
  }
  return undefined;
}
