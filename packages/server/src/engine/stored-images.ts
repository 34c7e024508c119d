import { withReason } from '@unclip-studio/graph-core';
import { ImageError } from '../services/file-errors.js';
import { decodeAlpha, decodeImage } from '../services/image-codec.js';
import { identifyImage } from '../services/image-identity.js';
import { createImageStore } from '../services/image-store.js';
import type { BlobStore } from '../store/blob-store.js';
import { StoreDamagedError } from '../store/store-errors.js';
import type { NamedImages } from './engine.js';

export interface StoredImagesOptions {
  /** Name of an uploaded image -> its sha256. */
  readonly images: Readonly<Record<string, string>>;
  readonly blobs: BlobStore;
  /** Folders with images that a workflow may name besides uploaded ones. */
  readonly folders: readonly string[];
  /** Of one image; see `MAX_IMAGE_PIXELS`. */
  readonly maxPixels: number | undefined;
}

/** Images by content id, by the name of an upload, or by the name of a file in the given folders, in this order. */
export function createStoredImages({ images, blobs, folders, maxPixels }: StoredImagesOptions): NamedImages {
  // Reads each file once for one run, so that the next run sees a file that was replaced.
  const files = createImageStore(folders, { maxPixels });
  const idOf = (name: string) =>
    /^[0-9a-f]{64}$/.test(name) ? name : Object.hasOwn(images, name) ? images[name] : undefined;
  async function readBlob(id: string, name: string): Promise<Uint8Array> {
    const bytes = await blobs.read(id).catch((error: unknown) => {
      throw error instanceof StoreDamagedError ? damagedImage(name, error) : error;
    });
    if (bytes === undefined) throw missingImage(name);
    return bytes;
  }
  return {
    async identify(name) {
      const id = idOf(name);
      if (id === undefined) return files.identify(name);
      if (!(await blobs.has(id))) throw missingImage(name);
      return knownIdentity(id, () => readBlob(id, name));
    },
    async read(name) {
      const id = idOf(name);
      return id === undefined ? files.read(name) : readBlob(id, name);
    },
    async load(name, bitDepth) {
      const id = idOf(name);
      if (id === undefined) return files.load(name, bitDepth);
      return decodeImage(await readBlob(id, name), `Image "${name}"`, { maxPixels, bitDepth });
    },
    async loadAlpha(name) {
      const id = idOf(name);
      if (id === undefined) return files.loadAlpha(name);
      const bytes = await readBlob(id, name);
      await decodeImage(bytes, `Image "${name}"`, { maxPixels });
      return decodeAlpha(bytes);
    },
  };
}

// Each is a line of text; a library of tens of thousands of images is a large one.
const MOST_IDENTITIES = 50_000;
const identities = new Map<string, string>();

/** Reads a stored image only once: its content never changes. */
async function knownIdentity(id: string, read: () => Promise<Uint8Array>): Promise<string> {
  const known = identities.get(id);
  if (known !== undefined) return known;
  const identity = await identifyImage(await read(), id);
  if (identities.size >= MOST_IDENTITIES) identities.clear();
  identities.set(id, identity);
  return identity;
}

function missingImage(name: string): ImageError {
  const error = new ImageError(`Image "${name}": it is no longer stored. Upload it again.`);
  return withReason(error, { code: 'image-not-stored', image: name });
}

function damagedImage(name: string, cause: StoreDamagedError): ImageError {
  return withReason(
    new ImageError(`Image "${name}": its stored file was damaged on the disk, and has been removed. Upload it again.`, {
      cause,
    }),
    { code: 'image-not-stored', image: name },
  );
}
