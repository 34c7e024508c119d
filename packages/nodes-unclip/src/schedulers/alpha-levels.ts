import type { NoiseSchedule } from './beta-schedule.js';
import { at } from './linear-combination.js';
import { CLEAN, type NoiseLevel } from './scheduler.js';

const { fround, sqrt } = Math;

/** The noise at each of these timesteps and after the last, for schedulers which step along alpha_bar itself. */
export function alphaLevels({ alphasCumprod }: NoiseSchedule, timesteps: readonly number[]): readonly NoiseLevel[] {
  const levels = timesteps.map((timestep) => {
    const alphaProd = at(alphasCumprod, timestep);
    return { signal: fround(sqrt(alphaProd)), spread: fround(sqrt(fround(1 - alphaProd))) };
  });
  return [...levels, CLEAN];
}
