import type { BlobStore } from '../../store/blob-store.js';
import { Problem } from '../problem.js';
import type { Reply } from '../reply.js';
import type { PictureService } from './picture-service.js';

/** Of one thumbnail: the longer side. */
export const THUMBNAIL_SIDES_PX = { min: 16, max: 1024, usual: 256 } as const;

/** The small WebP of a stored picture. The address names the picture by content, so browsers keep it. */
export async function thumbnailReply(
  parts: { readonly blobs: BlobStore; readonly pictures: PictureService },
  { sha256, sidePx }: { readonly sha256: string; readonly sidePx: number },
): Promise<Reply> {
  const bytes = await parts.blobs.read(sha256);
  if (bytes === undefined) throw new Problem('not-found', 'The file of that picture is no longer stored.');
  const webp = await parts.pictures.thumbnail(bytes, sidePx);
  const etag = `"${sha256.slice(0, 32)}-${sidePx}"`;
  const facts = { mediaType: 'image/webp', sizeBytes: webp.length, etag, foreign: false };
  return { kind: 'file', ...facts, bytes: webp, immutable: false };
}
