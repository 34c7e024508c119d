export interface HandOver {
  /** Rejects if Redis did not take it, or did not say so. The same job twice is one. */
  add(): Promise<void>;
  /** Asked after each attempt that failed. */
  isWanted(): boolean;
}

// Then the run goes back to the table, where it can be given to whoever is there when Redis is.
const PATIENCE_MS = 5_000;
const PAUSE_MS = 250;

/** Puts a job into a worker's queue, and tries again for a while. @returns why that was given up, if it was */
export async function handOver({ add, isWanted }: HandOver): Promise<string | undefined> {
  const startMs = performance.now();
  for (;;) {
    try {
      await add();
      return undefined;
    } catch (error) {
      if (!isWanted() || performance.now() - startMs > PATIENCE_MS) {
        return error instanceof Error ? error.message : String(error);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref());
  }
}
