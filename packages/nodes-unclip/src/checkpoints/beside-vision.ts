import { becauseOf } from '@unclip-studio/graph-core';
import { readPreprocessConfig } from '../image/preprocess-config.js';
import type { ClipVisionConfig } from '../models/configs.js';
import type { AbsentModel } from '../models/model.js';
import { CheckpointError } from '../weights/checkpoint-error.js';
import { preprocessorConfig, UNCLIP_FILES } from '../weights/single-file/default-files.js';
import { VISION } from './component-kinds.js';
import { openComponent, type WeightComponent } from './open-component.js';
import { type Piece, PREPROCESSOR, preprocessing } from './pieces.js';
import type { VisionSurroundings } from './vision-model.js';

/** An image encoder without its own statistics, and how images are preprocessed for it. */
export interface PlainVision extends Omit<VisionSurroundings, 'identity'> {
  readonly vision: WeightComponent<ClipVisionConfig>;
}

/**
 * An optional image encoder of a plain checkpoint, for IP-Adapter. A broken one does not prevent drawing by prompts.
 */
export const besideVision: Piece<PlainVision | AbsentModel> = {
  async open(source) {
    try {
      const vision = await openComponent(source.layout, VISION, source.options);
      const { imageSize, projectionDim } = vision.config;
      const preprocess = (await source.layout.has(PREPROCESSOR))
        ? await preprocessing.open(source)
        : readPreprocessConfig(preprocessorConfig(imageSize));
      return { vision, preprocess, ...unclipSurroundings(projectionDim) };
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      return { absent: `Its image encoder cannot be used: ${error.message}`, ...becauseOf(error) };
    }
  },
  content: (value) => ('absent' in value ? null : [value.vision.identity, value.preprocess]),
};

/** Statistics and noise of the published unCLIP models, for encoders without their own. */
export function unclipSurroundings(width: number): Pick<VisionSurroundings, 'normalizer' | 'noisingScheduler'> {
  return {
    normalizer: { mean: new Float32Array(width), std: new Float32Array(width).fill(1) },
    noisingScheduler: UNCLIP_FILES['image_noising_scheduler/scheduler_config.json'] ?? {},
  };
}
