import { buildClipText } from '../models/clip-text.js';
import type { ClipTextConfig } from '../models/configs.js';
import type { AppliedAdapter, TextModel } from '../models/model.js';
import { CLIP_WORKING_BYTES } from '../models/working-memory.js';
import type { ClipTokenizer } from '../tokenizer/clip-tokenizer.js';
import { adaptComponent } from './adapt-component.js';
import { mergeComponent } from './merge-component.js';
import { modelRequester } from './model-requester.js';
import type { WeightComponent } from './open-component.js';
import { FORMULATION } from './open-family.js';

/** The parts of a text encoder other than its weights. */
export interface TextSurroundings {
  readonly name: string;
  /** @throws CheckpointError if the tokenizer's files do not fit together */
  tokenizer(): ClipTokenizer;
}

/** A CLIPTextModel. @param applied additions to its weights */
export function textModel(
  original: WeightComponent<ClipTextConfig>,
  beside: TextSurroundings,
  applied: readonly AppliedAdapter[] = [],
): TextModel {
  const text = adaptComponent(original, applied);
  const rounded = adaptComponent(original, applied, { keepsOrder: true });
  const request = modelRequester(FORMULATION);
  return {
    ...{ name: beside.name, identity: text.identity, config: text.config, shapes: text.shapes },
    get tokenizer() {
      return beside.tokenizer();
    },
    adapt: (adapter) => textModel(original, beside, [...applied, adapter]),
    source: { ...original, applied },
    merge(factor, others) {
      const merged = mergeComponent(original, [{ model: this, factor }, ...others]);
      return textModel(merged.component, beside, merged.applied);
    },
    request: ({ clipSkip = 0, takesVectors = false, halfWeights = false, ...options } = {}) => {
      const variant = `${takesVectors ? ' with vectors' : ''}${halfWeights ? ' half weights' : ''}`;
      return request(`text_encoder clipSkip=${clipSkip}${variant}`, halfWeights ? rounded : text, {
        ...(halfWeights && { roundsToHalf: () => true }),
        ...options,
        workingBytes: CLIP_WORKING_BYTES,
        describe: (builder, config) => buildClipText(builder, config, { clipSkip, takesVectors }),
      });
    },
  };
}
