import { CONTROLS } from './convert-control.js';
import { HINTS } from './missing-classes.js';
import type { Likeness } from './report.js';
import { SIMPLE_RULES } from './rules/index.js';
import { SAMPLERS } from './sampler-names.js';

/** One row of the documentation: a ComfyUI node and its counterpart here. */
export interface MappingRow {
  readonly theirs: string;
  readonly ours: string;
  readonly likeness: Likeness;
}

/** The counterparts of ComfyUI nodes, as the import defines them. */
export function comfyUiMapping(): readonly MappingRow[] {
  const simple = Object.entries(SIMPLE_RULES).map(([theirs, { type, likeness }]) => ({ theirs, ours: type, likeness }));
  return [
    { theirs: 'KSampler, KSamplerAdvanced', ours: 'UNetSample', likeness: 'exact' },
    { theirs: 'SamplerCustom, SamplerCustomAdvanced', ours: 'UNetSample', likeness: 'exact' },
    {
      theirs:
        'KSamplerSelect, BasicScheduler, BetaSamplingScheduler, SDTurboScheduler, SplitSigmas, RandomNoise, DisableNoise, ' +
        'CFGGuider, BasicGuider',
      ours: 'settings of UNetSample',
      likeness: 'absorbed',
    },
    {
      theirs: 'KarrasScheduler, ExponentialScheduler',
      ours: 'settings of UNetSample, with their presets',
      likeness: 'absorbed',
    },
    { theirs: 'CLIPTextEncode (two)', ours: 'TextEncode', likeness: 'exact' },
    { theirs: 'unCLIPConditioning', ours: 'NoiseAugment, several with MergeConditions', likeness: 'exact' },
    { theirs: [...CONTROLS].join(', '), ours: 'ApplyControl', likeness: 'exact' },
    { theirs: 'EmptyLatentImage, RepeatLatentBatch', ours: 'size and count of UNetSample', likeness: 'absorbed' },
    { theirs: 'SetLatentNoiseMask', ours: 'mask of UNetSample', likeness: 'absorbed' },
    { theirs: 'CLIPSetLastLayer', ours: 'last layer of TextEncode', likeness: 'absorbed' },
    {
      theirs: 'PrimitiveBoolean, PrimitiveFloat, PrimitiveInt, PrimitiveString, PrimitiveStringMultiline',
      ours: 'nothing: the value is set where it was read',
      likeness: 'absorbed',
    },
    ...simple,
    ...Object.entries(HINTS)
      .filter(([theirs]) => !['unCLIPConditioning', 'EmptyLatentImage'].includes(theirs))
      .map(([theirs, ours]) => ({ theirs, ours, likeness: 'placeholder' as const })),
  ];
}

/** ComfyUI's sampler, our scheduler, and differences other than the numbers. */
export function comfyUiSamplers(): readonly (readonly [string, string, string])[] {
  return Object.entries(SAMPLERS).map(([name, { scheduler, remark = '' }]) => [name, scheduler, remark]);
}
