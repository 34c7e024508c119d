import { executeRun } from '@unclip-studio/graph-core';
import { type Evaluator, findUnknown, hostFor, lookUpResults, planOrder } from './evaluate-order.js';
import type { RunOrder } from './messages.js';

/**
 * Goes through a run whose results are all kept: reads them, and encodes its pictures, which are not kept. That loads what
 * identifies checkpoints and pictures and all the code on the way, so that a first run takes little more than a second one.
 * A run for which a model would have to work is only looked at; so is what stands behind a result that proves damaged.
 * Tells nothing and never fails: the run itself will.
 */
export async function rehearseOrder(evaluator: Evaluator, order: RunOrder, signal: AbortSignal): Promise<void> {
  const { cache } = evaluator;
  const host = hostFor(evaluator, order, { isRehearsal: true });
  const plan = await planOrder(evaluator, host, order);
  if (!plan.ok) return;
  await lookUpResults(cache, plan.value);
  const unknown = [...findUnknown(cache, plan.value)].map((place) => plan.value.nodes[place]);
  if (unknown.some((node) => node?.definition.sideEffects !== true)) return;
  await executeRun({
    ...{ plan: plan.value, cache, services: host.services },
    signal,
    now: () => performance.now(),
    onEvent: () => {},
    onPreview: () => {},
  });
}
