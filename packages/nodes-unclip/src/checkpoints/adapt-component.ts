import type { AppliedAdapter } from '../models/model.js';
import type { WeightAdapter } from '../onnx/adapter.js';
import type { WeightComponent } from './open-component.js';

/**
 * A component with adapters added to its weights, which stay where they are. Their order makes no difference, an adapter that
 * is applied twice counts with the sum of its strengths, and one with the strength 0 is not applied.
 */
export function adaptComponent<Config>(
  component: WeightComponent<Config>,
  applied: readonly AppliedAdapter[],
): WeightComponent<Config> {
  const byIdentity = new Map<string, AppliedAdapter>();
  for (const adapter of applied) {
    const strength = (byIdentity.get(adapter.identity)?.strength ?? 0) + adapter.strength;
    byIdentity.set(adapter.identity, { ...adapter, strength });
  }
  const inOrder = [...byIdentity.values()]
    .filter(({ strength, weights }) => strength !== 0 && weights.size > 0)
    .sort((a, b) => (a.identity < b.identity ? -1 : 1));
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
