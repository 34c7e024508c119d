import type { BlobStore } from '../store/blob-store.js';
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

/** The bytes of a stored file, read as they are sent. */
export async function blobReply(
  blobs: BlobStore,
  { sha256, mediaType, foreign, addressed }: StoredFile,
): Promise<Reply> {
  const blob = await blobs.open(sha256);
  if (blob === undefined) throw new Problem('not-found', 'The file is no longer stored.');
  const bytes = () => blob.file.createReadStream();
  const immutable = addressed === sha256;
  return { kind: 'file', mediaType, bytes, sizeBytes: blob.sizeBytes, etag: `"${sha256}"`, immutable, foreign };
}
