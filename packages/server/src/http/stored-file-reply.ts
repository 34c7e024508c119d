import { isStrippable, stripImage } from '@unclip-studio/graph-core';
import type { BlobStore } from '../store/blob-store.js';
import { openedOver } from '../store/bytes/byte-store.js';
import type { Store } from '../store/store.js';
import { StoreDamagedError } from '../store/store-errors.js';
import type { ImageView } from './images/image-process.js';
import type { ImageService } from './images/image-service.js';
import { Problem } from './problem.js';
import type { FileReply } from './reply.js';

interface StoredFile {
  readonly sha256: string;
  readonly mediaType: string;
  /** Uploaded, so not made by us. */
  readonly foreign: boolean;
  /** The hash that stood in the address, if any. */
  readonly addressed?: string | undefined;
}

/** The bytes of a stored file. */
export async function fileReply(
  blobs: BlobStore,
  { sha256, mediaType, foreign, addressed }: StoredFile,
): Promise<FileReply> {
  const content = await found(blobs.open(sha256), foreign);
  const immutable = addressed === sha256;
  return { kind: 'file', mediaType, content, etag: `"${sha256}"`, immutable, foreign };
}

/** The bytes of a stored image without what tells how it was made. */
export async function strippedReply(
  blobs: BlobStore,
  { sha256, mediaType, foreign, addressed }: StoredFile,
): Promise<FileReply> {
  if (!isStrippable(mediaType)) return fileReply(blobs, { sha256, mediaType, foreign, addressed });
  const content = openedOver(stripImage(await readBlob(blobs, { sha256, foreign })));
  const etag = `"${sha256.slice(0, 32)}-stripped"`;
  return { kind: 'file', mediaType, content, etag, immutable: addressed === sha256, foreign };
}

interface ThumbnailRequest {
  readonly sha256: string;
  readonly sidePx: number;
  /** Uploaded, so not made by us. */
  readonly foreign: boolean;
  readonly addressed?: string | undefined;
}

/**
 * The small WebP of a stored image. An address that names the image by content is kept by browsers for ever.
 *
 * @param addressed the sha256 that the address claims, if it does
 */
export async function thumbnailReply(
  { store, images }: { readonly store: Pick<Store, 'blobs'>; readonly images: ImageService },
  { sha256, sidePx, foreign, addressed }: ThumbnailRequest,
): Promise<FileReply> {
  const webp = await images.thumbnail(() => readBlob(store.blobs, { sha256, foreign }), sidePx);
  const etag = `"${sha256.slice(0, 32)}-${sidePx}"`;
  const facts = { mediaType: 'image/webp', content: openedOver(webp), etag, foreign: false };
  return { kind: 'file', ...facts, immutable: addressed === sha256 };
}

interface ViewRequest {
  readonly sha256: string;
  readonly view: ImageView;
  /** Uploaded, so not made by us. */
  readonly foreign: boolean;
}

/** A stored image in another form. */
export async function viewReply(
  { store, images }: { readonly store: Pick<Store, 'blobs'>; readonly images: ImageService },
  { sha256, view, foreign }: ViewRequest,
): Promise<FileReply> {
  const bytes = await images.view(() => readBlob(store.blobs, { sha256, foreign }), view, !foreign);
  const etag = `"${sha256.slice(0, 32)}-${view.channel}-${view.format}-${view.quality}"`;
  return {
    ...{ kind: 'file', mediaType: `image/${view.format}`, content: openedOver(bytes), etag },
    ...{ immutable: false, foreign: false },
  };
}

/** @throws Problem if the file is gone, or was damaged, with what to do about it */
export function readBlob(
  blobs: BlobStore,
  { sha256, foreign }: Pick<StoredFile, 'sha256' | 'foreign'>,
): Promise<Uint8Array> {
  return found(blobs.read(sha256), foreign);
}

async function found<Content>(reading: Promise<Content | undefined>, foreign: boolean): Promise<Content> {
  const remedy = foreign ? 'Upload it again.' : 'Run its workflow again, which makes the same file.';
  const content = await reading.catch((error: unknown) => {
    if (!(error instanceof StoreDamagedError)) throw error;
    throw new Problem('not-found', `The file was damaged on the disk, and has been removed. ${remedy}`, {
      cause: error,
    });
  });
  if (content === undefined)
    throw new Problem('not-found', `The file is no longer stored. ${remedy}`, { because: { code: 'file-not-stored' } });
  return content;
}
