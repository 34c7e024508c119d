import { type PreprocessConfig, PreprocessConfigError, readPreprocessConfig } from '../image/preprocess-config.js';
import type { JsonObject } from '../json-object.js';
import { type LatentPreview, readLatentPreview } from '../models/latent-preview.js';
import { CheckpointError } from '../weights/checkpoint-error.js';
import type { CheckpointLayout } from '../weights/checkpoint-layout.js';
import {
  type ComponentKind,
  type OpenComponentOptions,
  openComponent,
  type WeightComponent,
} from './open-component.js';
import type { TextFiles } from './text-files.js';

/** What a piece is read from. */
export interface CheckpointSource {
  readonly layout: CheckpointLayout;
  readonly texts: TextFiles;
  readonly options: OpenComponentOptions;
}

/** One thing that a checkpoint is made of. */
export interface Piece<Value> {
  /** @throws CheckpointError telling all that is wrong with it */
  open(source: CheckpointSource): Promise<Value>;
  /** The part of it that affects results, regardless of file layout and format; left out: nothing. */
  content?(value: Value): unknown;
}

/** A component with a config.json and weights. */
export function component<Config>(kind: ComponentKind<Config>): Piece<WeightComponent<Config>> {
  return {
    open: ({ layout, options }) => openComponent(layout, kind, options),
    content: ({ identity }) => identity,
  };
}

/** The config of a scheduler. Who saved it with which release says nothing, nor does `null`. */
export function schedulerConfig(path: string): Piece<JsonObject> {
  return {
    open: ({ texts }) => texts.json(path),
    content: (json) =>
      Object.fromEntries(
        Object.entries(json).filter(
          ([key, value]) => value !== null && (key === '_class_name' || !key.startsWith('_')),
        ),
      ),
  };
}

export const PREPROCESSOR = 'feature_extractor/preprocessor_config.json';

/** How images are brought to the size and range of the image encoder. */
export const preprocessing: Piece<PreprocessConfig> = {
  async open({ texts }) {
    const json = await texts.json(PREPROCESSOR);
    try {
      return readPreprocessConfig(json);
    } catch (error) {
      if (!(error instanceof PreprocessConfigError)) throw error;
      throw new CheckpointError(`feature_extractor/${error.message}. Choose another checkpoint`, { cause: error });
    }
  },
  content: (config) => config,
};

/** A map from latents to preview colours, which few checkpoints have. Results do not depend on it. */
export function latentPreview(latentChannels: number): Piece<LatentPreview | null> {
  const path = 'latent_preview.json';
  return {
    async open({ texts }) {
      const json = await texts.optionalJson(path);
      return json === null ? null : readLatentPreview(path, json, latentChannels);
    },
  };
}
