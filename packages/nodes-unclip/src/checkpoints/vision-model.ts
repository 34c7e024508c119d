import type { PreprocessConfig } from '../image/preprocess-config.js';
import type { JsonObject } from '../json-object.js';
import { buildClipVision } from '../models/clip-vision.js';
import type { ClipVisionConfig } from '../models/configs.js';
import type { ImageNormalizer, VisionModel } from '../models/model.js';
import { CLIP_WORKING_BYTES } from '../models/working-memory.js';
import { modelRequester } from './model-requester.js';
import type { WeightComponent } from './open-component.js';
import { FORMULATION } from './open-family.js';

export interface VisionSurroundings {
  readonly preprocess: PreprocessConfig;
  readonly normalizer: ImageNormalizer;
  readonly noisingScheduler: JsonObject;
  /** Of the embeddings: of the whole checkpoint, if it belongs to one. */
  readonly identity: string;
}

/** A CLIP image encoder. */
export function visionModel(
  name: string,
  vision: WeightComponent<ClipVisionConfig>,
  { preprocess, identity, normalizer, noisingScheduler }: VisionSurroundings,
): VisionModel {
  const request = modelRequester(FORMULATION);
  return {
    ...{ name, preprocess, identity: vision.identity, config: vision.config },
    embeds: { ...{ name, identity, normalizer, noisingScheduler }, width: vision.config.projectionDim },
    request: ({ halfWeights = false, ...options } = {}) =>
      request(halfWeights ? 'image_encoder half weights' : 'image_encoder', vision, {
        ...options,
        ...(halfWeights && { roundsToHalf: (key: string) => !KEPT_WHOLE.test(key) }),
        workingBytes: CLIP_WORKING_BYTES,
        describe: buildClipVision,
      }),
  };
}

// What ComfyUI keeps of CLIP's image encoder as it is when it rounds the rest.
const KEPT_WHOLE = /\b(?:pre_layrnorm|post_layernorm|visual_projection)\./;
