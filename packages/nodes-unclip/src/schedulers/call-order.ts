import type { Scheduler } from './scheduler.js';

/** Solvers with a memory of earlier calls are of no use out of order. */
export class CallOrder {
  #nextCall = 0;

  /** Continues at a call in the middle, with the known history. */
  startAt(call: number): void {
    this.#nextCall = call;
  }

  /** @throws Error unless `call` comes after the one before */
  expect(call: number): void {
    if (call !== this.#nextCall) throw new Error(`Internal error: expected call ${this.#nextCall}, got ${call}`);
    this.#nextCall++;
  }
}

/** For schedulers whose step depends on nothing but its arguments: there is nothing to remember. */
export const MEMORYLESS: Required<Pick<Scheduler, 'snapshot' | 'restore'>> = {
  snapshot: () => [],
  restore() {},
};
