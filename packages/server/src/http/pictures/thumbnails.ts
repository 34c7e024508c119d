import type { BlobStore } from '../../store/blob-store.js';
import { openedOver } from '../../store/bytes/byte-store.js';
import { readBlob } from '../blob-reply.js';
import type { Reply } from '../reply.js';
import type { PictureService } from './picture-service.js';

/** Of one thumbnail: the longer side. */
export const THUMBNAIL_SIDES_PX = { min: 16, max: 1024, usual: 256 } as const;

interface ThumbnailRequest {
  readonly sha256: string;
  readonly sidePx: number;
  /** Uploaded, so not made by us. */
  readonly foreign: boolean;
  readonly addressed?: string | undefined;
}

/**
 * The small WebP of a stored picture. An address that names the picture by content is kept by browsers for ever.
 *
 * @param addressed the sha256 that the address claims, if it does
 */
export async function thumbnailReply(
  parts: { readonly blobs: BlobStore; readonly pictures: PictureService },
  { sha256, sidePx, foreign, addressed }: ThumbnailRequest,
): Promise<Reply> {
  const webp = await parts.pictures.thumbnail(() => readBlob(parts.blobs, { sha256, foreign }), sidePx);
  const etag = `"${sha256.slice(0, 32)}-${sidePx}"`;
  const facts = { mediaType: 'image/webp', content: openedOver(webp), etag, foreign: false };
  return { kind: 'file', ...facts, immutable: addressed === sha256 };
}
