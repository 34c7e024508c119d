/**
 * Estimates how long one node's remaining steps will take. The first step, which also loads the model, does not count:
 * it says nothing about those to come.
 */
export function createTimeLeft(now: () => number): (step: number, steps: number) => number | undefined {
  let first: { readonly step: number; readonly atMs: number } | undefined;
  return (step, steps) => {
    const nowMs = now();
    first ??= { step, atMs: nowMs };
    if (step <= first.step) return undefined;
    return ((nowMs - first.atMs) / (step - first.step)) * (steps - step);
  };
}
