import type { AppliedAdapter } from '../models/model.js';
import type { WeightAdapter } from '../onnx/adapter.js';
import type { WeightComponent } from './open-component.js';

/**
 * A component with adapters added to its weights, which stay where they are. Their order makes no difference, an adapter that
 * is applied twice counts with the sum of its strengths, and one with the strength 0 is not applied.
 *
 * @param keepsOrder each is added as it was applied: for sums that are rounded so much that the order shows
 */
export function adaptComponent<Config>(
  component: WeightComponent<Config>,
  applied: readonly AppliedAdapter[],
  { keepsOrder = false } = {},
): WeightComponent<Config> {
  const inOrder = (keepsOrder ? applied : merged(applied)).filter(
    ({ strength, weights }) => strength !== 0 && weights.size > 0,
  );
  if (inOrder.length === 0) return component;
  const adapters = new Map<string, WeightAdapter[]>();
  for (const { strength, weights } of inOrder) {
    for (const [path, adapter] of weights) {
      const ofPath = adapters.get(path) ?? [];
      adapters.set(path, ofPath);
      ofPath.push({ ...adapter, scale: adapter.scale * strength });
    }
  }
  const names = inOrder.map(({ identity, strength }) => `lora:${identity}*${strength}`);
  return { ...component, adapters, identity: [component.identity, ...names].join(' ') };
}

/** Each once, in an order that does not depend on that in which they were applied. */
function merged(applied: readonly AppliedAdapter[]): readonly AppliedAdapter[] {
  const byIdentity = new Map<string, AppliedAdapter>();
  for (const adapter of applied) {
    const strength = (byIdentity.get(adapter.identity)?.strength ?? 0) + adapter.strength;
    byIdentity.set(adapter.identity, { ...adapter, strength });
  }
  return [...byIdentity.values()].sort((a, b) => (a.identity < b.identity ? -1 : 1));
}
