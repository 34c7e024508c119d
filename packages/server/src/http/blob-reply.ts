import type { BlobStore } from '../store/blob-store.js';
import { StoreDamagedError } from '../store/store-errors.js';
import { Problem } from './problem.js';
import type { Reply } from './reply.js';

interface StoredFile {
  readonly sha256: string;
  readonly mediaType: string;
  /** Uploaded, so not made by us. */
  readonly foreign: boolean;
  /** The hash that stood in the address, if any. */
  readonly addressed?: string | undefined;
}

/** The bytes of a stored file. */
export async function blobReply(
  blobs: BlobStore,
  { sha256, mediaType, foreign, addressed }: StoredFile,
): Promise<Reply> {
  const content = await found(blobs.open(sha256), foreign);
  const immutable = addressed === sha256;
  return { kind: 'file', mediaType, content, etag: `"${sha256}"`, immutable, foreign };
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
  if (content === undefined) throw new Problem('not-found', `The file is no longer stored. ${remedy}`);
  return content;
}
