import { randomUUID } from 'node:crypto';
import type { GalleryPicture } from '@unclip-studio/protocol';
import type { EventBus } from '../events/event-bus.js';
import type { RunService } from '../runs/run-service.js';
import type { Deletion } from '../store/gallery-table.js';
import type { Store } from '../store/store.js';
import { createDescriber } from './describer.js';
import { findSimilar } from './find-similar.js';
import { createGalleryIndexer } from './indexer.js';

export interface SimilarPicture extends GalleryPicture {
  /** -1 to 1, 1 for the same image. */
  readonly likeness: number;
}

/** All images that were kept, as people look for them. */
export interface Gallery {
  setStarred(ids: readonly string[], starred: boolean): number;
  /** @param board `null`: none */
  setBoard(ids: readonly string[], board: string | null): number;
  delete(ids: readonly string[]): Deletion;
  /** Everything that has no star, up to and with the image of this number. */
  deleteUnstarred(upTo: number): Deletion;
  restore(deletion: string): number;
  restorePictures(ids: readonly string[]): number;
  /** @returns `undefined` if the image was never looked at and the worker cannot do it now */
  similar(image: GalleryPicture, limit: number): Promise<readonly SimilarPicture[] | undefined>;
  stop(): Promise<void>;
}

export interface GalleryOptions {
  readonly store: Store;
  readonly runs: Pick<RunService, 'describe' | 'status'>;
  readonly events: EventBus;
  nowMs(): number;
  onError(error: unknown): void;
}

/** Immediately starts to index the metadata of older images. */
export function createGallery({ store, runs, events, nowMs, onError }: GalleryOptions): Gallery {
  const { gallery, vectors } = store;
  const describer = createDescriber({ vectors, runs });
  const indexer = createGalleryIndexer({
    store,
    onIndexed() {
      events.publish({ type: 'gallery-changed' });
      describer.wake();
    },
    onError,
  });
  const unsubscribe = events.subscribe((event) => {
    if (event.type === 'outputs-made') indexer.wake();
    if (event.type === 'status-changed' && event.status.worker.phase === 'idle') describer.wake();
  });

  function changing<Value>(change: () => Value): Value {
    const value = change();
    events.publish({ type: 'gallery-changed' });
    return value;
  }

  return {
    setStarred: (ids, starred) => changing(() => gallery.setStarred(ids, starred)),
    setBoard: (ids, board) => changing(() => gallery.setBoard(ids, board)),
    delete: (ids) => changing(() => gallery.delete(ids, randomUUID(), nowMs())),
    deleteUnstarred(upTo) {
      const filter = { where: 'temporary = 0 AND starred = 0 AND number <= ?', values: [upTo] };
      return changing(() => gallery.deleteAll(filter, randomUUID(), nowMs()));
    },
    restore: (deletion) => changing(() => gallery.restore(deletion)),
    restorePictures: (ids) => changing(() => gallery.restorePictures(ids)),
    async similar({ sha256, id }, limit) {
      const known = vectors.read(sha256);
      const models = gallery.modelsOf(id);
      const vector =
        known === undefined || known.vector.length === 0 ? await describer.describe({ sha256, models }) : known;
      if (vector === undefined) return undefined;
      const found = await findSimilar(vectors, vector, limit);
      const likeness = new Map(found.map((one) => [one.sha256, one.likeness]));
      return gallery
        .ofBytes(found.map((one) => one.sha256))
        .map((one) => ({ ...one, likeness: likeness.get(one.sha256) ?? 0 }))
        .sort((a, b) => b.likeness - a.likeness);
    },
    async stop() {
      unsubscribe();
      describer.stop();
      await indexer.stop();
    },
  };
}
