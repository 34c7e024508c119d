import { setImmediate } from 'node:timers/promises';
import { cosine } from '../services/likeness.js';
import type { ImageVector, VectorsTable } from '../store/vectors-table.js';

export interface Similar {
  readonly sha256: string;
  /** Cosine, -1 to 1; 1 for the same image. */
  readonly likeness: number;
}

// About 3 ms of work; between pages the server does what else there is to do.
const PAGE = 500;

/** Compares with every image that the same model has looked at. @returns the most alike first, without itself */
export async function findSimilar(vectors: VectorsTable, like: ImageVector, limit: number): Promise<Similar[]> {
  let best: Similar[] = [];
  let after = 0;
  for (;;) {
    const page = vectors.page(like.model, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return best;
    after = last.number;
    const worst = best.length < limit ? Number.NEGATIVE_INFINITY : (best.at(-1)?.likeness ?? 0);
    for (const { sha256, vector } of page) {
      if (sha256 === like.sha256 || vector.length !== like.vector.length) continue;
      const likeness = cosine(vector, like.vector);
      if (likeness > worst) best.push({ sha256, likeness });
    }
    best = best.sort((a, b) => b.likeness - a.likeness).slice(0, limit);
    await setImmediate();
  }
}
