/** Work in parts of about a millisecond: between two of them, at each `yield`, others may have their turn. */
export type Steps<Value> = Generator<undefined, Value, undefined>;

/** Nodes processed in one slice. */
export const NODES_A_STEP = 256;

/** Does all of it at once. */
export function finish<Value>(work: Steps<Value>): Value {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Does it in slices.
 *
 * @param turn called after each slice; if it returns a promise, others can run until it resolves
 */
export async function finishInSlices<Value>(work: Steps<Value>, turn: () => Promise<void> | undefined): Promise<Value> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    const pause = turn();
    if (pause !== undefined) await pause;
  }
}
