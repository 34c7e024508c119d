import { setTimeout as delay } from 'node:timers/promises';
import { readStoredReceipt } from '../services/receipts/read-receipt.js';
import type { Store } from '../store/store.js';
import { StoreFullError } from '../store/store-errors.js';
import { toRecipe } from './recipe.js';

/** Indexes the metadata of images, in the background. */
export interface GalleryIndexer {
  /** There may be new images. */
  wake(): void;
  /** Resolves once the store is no longer used. */
  stop(): Promise<void>;
}

export interface GalleryIndexerOptions {
  readonly store: Pick<Store, 'blobs' | 'gallery'>;
  /** Images can be found now that could not before. */
  onIndexed(): void;
  onError(error: unknown): void;
}

const BATCH = 32;
// A disk that is full now may have room later.
const RETRY_MS = 5_000;

/** Begins with existing images. */
export function createGalleryIndexer({ store, onIndexed, onError }: GalleryIndexerOptions): GalleryIndexer {
  const stopped = new AbortController();
  let isAwake = false;
  let working: Promise<void> = Promise.resolve();

  async function work(): Promise<void> {
    while (isAwake && !stopped.signal.aborted) {
      isAwake = false;
      const batch = store.gallery.toIndex(BATCH);
      for (const image of batch) {
        if (stopped.signal.aborted) return;
        const receipt = await readStoredReceipt(store.blobs, image.sha256);
        // An image that is gone or says nothing still has its place in the gallery.
        store.gallery.index(image, receipt && toRecipe(receipt.nodes));
      }
      if (batch.length === 0) return;
      onIndexed();
      isAwake = true;
    }
  }

  async function workOn(): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof StoreFullError)) return onError(error);
      await delay(RETRY_MS, undefined, { signal: stopped.signal, ref: false }).catch(() => {});
      isAwake = true;
      await workOn();
    }
  }

  const indexer: GalleryIndexer = {
    wake() {
      if (stopped.signal.aborted) return;
      const isWorking = isAwake;
      isAwake = true;
      if (!isWorking) working = working.then(workOn);
    },
    async stop() {
      stopped.abort();
      await working;
    },
  };
  indexer.wake();
  return indexer;
}
