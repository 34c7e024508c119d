import type { ImageRecord } from '../store/images-table.js';
import { PictureRefused } from './pictures/picture-service.js';
import { Problem } from './problem.js';
import type { ServerParts } from './server-parts.js';
import { toLabel } from './to-label.js';

/** Looks at the bytes of a picture that was sent, and keeps them. @throws Problem 415 or 422 for what is none */
export async function storePicture(
  bytes: Buffer,
  label: string,
  { pictures, store, runs, nowMs }: ServerParts,
): Promise<ImageRecord> {
  const name = toLabel(label);
  const picture = await pictures.check(bytes, name).catch((error: unknown) => {
    if (!(error instanceof PictureRefused)) throw error;
    const kind = error.isOtherFormat ? 'wrong-media-type' : 'invalid-image';
    throw new Problem(kind, error.message, { errors: [{ path: 'body.file', message: error.message }], cause: error });
  });
  const sha256 = await store.blobs.put(bytes);
  const image = store.images.add({ sha256, name, sizeBytes: bytes.length, ...picture }, nowMs());
  runs.announce({ type: 'images-changed' });
  return image;
}
