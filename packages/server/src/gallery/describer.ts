import type { RunService } from '../runs/run-service.js';
import type { Store } from '../store/store.js';
import { StoreFullError } from '../store/store-errors.js';
import type { ImageVector, ToDescribe } from '../store/vectors-table.js';

/** Lets the worker compute embeddings of images, for finding similar ones. */
export interface Describer {
  /** At once, if the worker is free. @returns `undefined` if it is not, or cannot do it */
  describe(image: ToDescribe): Promise<ImageVector | undefined>;
  /** There may be images without an embedding, and the worker may be idle. */
  wake(): void;
  stop(): void;
}

export interface DescriberOptions {
  readonly vectors: Store['vectors'];
  readonly runs: Pick<RunService, 'describe' | 'status'>;
}

// A fifth of the time, so that a large gallery that is new to this keeps no machine busy for hours; a long look is
// mostly the loading of the model.
const REST_FACTOR = 4;
const LONGEST_REST_MS = 5_000;
// After a run there may be another one in a moment.
const SETTLE_MS = 300;

export function createDescriber({ vectors, runs }: DescriberOptions): Describer {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const isFree = () => {
    const { worker, queued } = runs.status();
    return worker.phase === 'idle' && queued === 0;
  };

  function schedule(restMs: number): void {
    if (isStopped || timer !== undefined) return;
    timer = setTimeout(() => void describeNext(), restMs).unref();
  }

  async function describeNext(): Promise<void> {
    const startMs = performance.now();
    const next = isFree() ? vectors.next() : undefined;
    if (next !== undefined) await describer.describe(next);
    timer = undefined;
    if (next !== undefined) schedule(Math.min(LONGEST_REST_MS, (performance.now() - startMs) * REST_FACTOR));
  }

  function keep(vector: ImageVector): ImageVector | undefined {
    if (isStopped) return undefined;
    try {
      vectors.put(vector);
    } catch (error) {
      // It can be computed again when there is room.
      if (!(error instanceof StoreFullError)) throw error;
    }
    return vector.vector.length === 0 ? undefined : vector;
  }

  const describer: Describer = {
    async describe({ sha256, models }) {
      if (isStopped || !isFree()) return undefined;
      // Before it is tried: an image that ends the worker is not tried again by itself.
      if (vectors.read(sha256) === undefined) keep({ sha256, model: '', vector: new Int8Array() });
      const seen = await runs.describe(sha256, models);
      return seen && keep({ sha256, ...seen });
    },
    wake() {
      schedule(SETTLE_MS);
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
  return describer;
}
