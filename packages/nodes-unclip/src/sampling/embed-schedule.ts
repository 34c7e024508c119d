import type { EmbedSpace } from '../models/model.js';
import { noiseScheduleOf } from '../schedulers/beta-schedule.js';
import { embedAlphasCumprod, noStatistics } from './comfyui/embed-noise.js';
import type { EmbedStatistics } from './noise-augment.js';

export interface EmbedSchedule {
  /** float32 [levels] */
  readonly alphasCumprod: Float32Array;
  readonly statistics: EmbedStatistics;
}

/** How image embeddings are noised: as in the checkpoint's config, or as in ComfyUI regardless of it. */
export function embedScheduleOf(space: EmbedSpace, numerics: 'diffusers' | 'comfyui'): EmbedSchedule {
  if (numerics === 'comfyui') return { alphasCumprod: embedAlphasCumprod(), statistics: noStatistics(space.width) };
  const { alphasCumprod } = noiseScheduleOf(space.noisingScheduler);
  return { alphasCumprod, statistics: space.normalizer };
}
