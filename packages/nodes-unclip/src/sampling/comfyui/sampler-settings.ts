import { withReason } from '@unclip-studio/graph-core';
import { SamplingInputError } from '../start-from-latent.js';

/** Settings of a sampler that one of the two ways to compute does not know; whether each is in use. */
interface UnknownSettings {
  readonly numerics: 'diffusers' | 'comfyui';
  readonly used: Readonly<Record<string, boolean>>;
}

/** @throws SamplingInputError if one of them is in use: it would have no effect */
export function refuseUnknownSettings({ numerics, used }: UnknownSettings): void {
  const names = Object.entries(used).flatMap(([name, isUsed]) => (isUsed ? [name] : []));
  if (names.length === 0) return;
  const other = numerics === 'comfyui' ? 'diffusers' : 'comfyui';
  throw withReason(
    new SamplingInputError(
      `UNetSample: ${names.join(', ')} would have no effect with numerics “${numerics}”. ` +
        `Set ${names.length === 1 ? 'it' : 'them'} back, or numerics to “${other}”.`,
    ),
    { code: 'settings-without-effect', settings: names, choice: numerics },
  );
}
