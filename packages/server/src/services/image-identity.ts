import { pngChunks } from '@unclip-studio/graph-core';
import { sha256 } from '../common/sha256.js';
import { detectImageFormat } from './image-format.js';
import { checkImageHeader } from './image-header.js';
import { exifOrientation, orientationOf } from './orientation.js';

/**
 * The identity of an image in fingerprints: the sha256 of its file. Version 0.1 applied fewer EXIF orientations; an
 * image that is rotated differently now has its orientation in its identity too, so that only its old results are
 * computed again. Never throws: decoding reports files that are not images.
 *
 * @param id the sha256, if it is known
 */
export async function identifyImage(bytes: Uint8Array, id = sha256(bytes)): Promise<string> {
  try {
    const { before, now } = await orientations(bytes);
    return before === now ? id : `${id} orientation ${now}`;
  } catch {
    return id;
  }
}

/** How an image was turned by version 0.1, and how it is now. */
async function orientations(bytes: Uint8Array): Promise<{ readonly before: number; readonly now: number }> {
  const format = detectImageFormat(bytes);
  if (format === undefined) return { before: 1, now: 1 };
  if (format === 'png')
    return { before: turning(chunkBeforePixels(bytes)), now: turning(orientationOf(bytes, 'png', {})) };
  // EXIF was read always, XMP never. To search for it takes far less than to start the image library.
  if (!viewOf(bytes).includes('tiff:Orientation')) return { before: 1, now: 1 };
  const header = await checkImageHeader(bytes, {
    ...{ format, what: 'The image', animations: 'first frame' as const, maxPixels: Number.POSITIVE_INFINITY },
  });
  return { before: turning(header.orientation), now: turning(orientationOf(bytes, format, header)) };
}

/** The library read one kind of EXIF in PNGs: a chunk before the pixels, which does not begin as EXIF in a JPEG does. */
function chunkBeforePixels(png: Uint8Array): number | undefined {
  for (const { type, data } of pngChunks(png)) {
    if (type === 'IDAT') return undefined;
    if (type === 'eXIf') return viewOf(data).toString('latin1', 0, 4) === 'Exif' ? undefined : exifOrientation(data);
  }
  return undefined;
}

/** 1 for all that turn nothing. */
function turning(orientation = 1): number {
  return orientation >= 2 && orientation <= 8 ? orientation : 1;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
