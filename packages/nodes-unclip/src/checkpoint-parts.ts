import { CheckpointError, fileProblems } from './checkpoint-error.js';
import { type PreprocessConfig, PreprocessConfigError, readPreprocessConfig } from './image/preprocess-config.js';
import { isJsonObject, type JsonObject } from './json-object.js';
import { type LatentPreview, readLatentPreview } from './latent-preview.js';
import { TEXT, UNET, VAE, VISION } from './models/component-kinds.js';
import type { ClipTextConfig, ClipVisionConfig, UnetConfig, VaeConfig } from './models/configs.js';
import type { Formulation } from './onnx/formulations.js';
import { parseJsonFile } from './weights/checkpoint-folder.js';
import type { CheckpointLayout } from './weights/checkpoint-layout.js';
import { type ImageNormalizer, readImageNormalizer } from './weights/image-normalizer.js';
import { SafetensorsError } from './weights/safetensors.js';
import { openComponent, type WeightComponent } from './weights/weight-component.js';

/** What the files of a checkpoint say, each checked and all fitting together. */
export interface CheckpointParts {
  readonly vision: WeightComponent<ClipVisionConfig>;
  readonly text: WeightComponent<ClipTextConfig>;
  readonly unet: WeightComponent<UnetConfig>;
  readonly vae: WeightComponent<VaeConfig>;
  readonly normalizer: ImageNormalizer;
  readonly preprocess: PreprocessConfig;
  readonly noisingScheduler: JsonObject;
  readonly scheduler: JsonObject;
  readonly tokenizerFiles: TokenizerFiles;
  readonly latentPreview: LatentPreview | null;
  /** Everything that was read, in a fixed order. */
  readonly identityParts: readonly (string | Uint8Array)[];
}

/** The tokenizer's files, parsed but not indexed; `null` for one that a folder may lack. */
interface TokenizerFiles {
  readonly vocab: JsonObject;
  readonly merges: string;
  readonly specialTokensMap: JsonObject | null;
  readonly tokenizerConfig: JsonObject | null;
}

/** @throws CheckpointError with the problems of all components, one after the other */
export async function openCheckpointParts(
  layout: CheckpointLayout,
  options: { readonly formulation: Formulation },
): Promise<CheckpointParts> {
  const texts = new TextFiles(layout);
  const [vision, text, unet, vae, preprocess, noisingScheduler, scheduler, tokenizerFiles] = await allOrProblems([
    openComponent(layout, VISION, options),
    openComponent(layout, TEXT, options),
    openComponent(layout, UNET, options),
    openComponent(layout, VAE, options),
    readPreprocess(texts),
    texts.json('image_noising_scheduler/scheduler_config.json'),
    texts.json('scheduler/scheduler_config.json'),
    readTokenizerFiles(texts),
  ]);
  requireFit({ vision: vision.config, text: text.config, unet: unet.config, vae: vae.config, preprocess });
  const [statistics, latentPreview] = await allOrProblems([
    readImageNormalizer(layout, vision.config.projectionDim),
    readOptionalPreview(texts, unet.config.inChannels),
  ]);
  const components = [vision, text, unet, vae, statistics];
  const identityParts = [...components.flatMap((component) => component.identityParts), ...texts.inOrder()];
  const { normalizer } = statistics;
  return {
    ...{ vision, text, unet, vae, normalizer, preprocess, noisingScheduler, scheduler, tokenizerFiles, latentPreview },
    identityParts,
  };
}

/** Reads text files and keeps them, for the checkpoint's identity. */
class TextFiles {
  readonly #layout: CheckpointLayout;
  readonly #texts = new Map<string, string>();

  constructor(layout: CheckpointLayout) {
    this.#layout = layout;
  }

  async text(path: string): Promise<string> {
    const text = await this.#layout.readText(path);
    this.#texts.set(path, text);
    return text;
  }

  async json(path: string): Promise<JsonObject> {
    const json = parseJsonFile(path, await this.text(path));
    if (isJsonObject(json)) return json;
    throw fileProblems(path, ['expected a JSON object'], 'Copy or download the checkpoint again');
  }

  async optionalJson(path: string): Promise<JsonObject | null> {
    return (await this.#layout.has(path)) ? this.json(path) : null;
  }

  /** By path, whatever order the reads ended in. */
  inOrder(): readonly string[] {
    return [...this.#texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, text]) => `${path}\n${text}`);
  }
}

async function readPreprocess(texts: TextFiles): Promise<PreprocessConfig> {
  const json = await texts.json('feature_extractor/preprocessor_config.json');
  try {
    return readPreprocessConfig(json);
  } catch (error) {
    if (!(error instanceof PreprocessConfigError)) throw error;
    throw new CheckpointError(`feature_extractor/${error.message}. Choose another checkpoint`, { cause: error });
  }
}

async function readTokenizerFiles(texts: TextFiles): Promise<TokenizerFiles> {
  const [vocab, merges, specialTokensMap, tokenizerConfig] = await allOrProblems([
    texts.json('tokenizer/vocab.json'),
    texts.text('tokenizer/merges.txt'),
    texts.optionalJson('tokenizer/special_tokens_map.json'),
    texts.optionalJson('tokenizer/tokenizer_config.json'),
  ]);
  return { vocab, merges, specialTokensMap, tokenizerConfig };
}

async function readOptionalPreview(texts: TextFiles, latentChannels: number): Promise<LatentPreview | null> {
  const path = 'latent_preview.json';
  const json = await texts.optionalJson(path);
  return json === null ? null : readLatentPreview(path, json, latentChannels);
}

/** Components out of different checkpoints may each be sound and yet be of no use together. */
function requireFit(configs: {
  readonly vision: ClipVisionConfig;
  readonly text: ClipTextConfig;
  readonly unet: UnetConfig;
  readonly vae: VaeConfig;
  readonly preprocess: PreprocessConfig;
}): void {
  const { vision, text, unet, vae, preprocess } = configs;
  const pairs = [
    [
      'unet "projection_class_embeddings_input_dim"',
      unet.classEmbedDim,
      'twice image_encoder "projection_dim"',
      2 * vision.projectionDim,
    ],
    ['unet "cross_attention_dim"', unet.crossAttentionDim, 'text_encoder "hidden_size"', text.hiddenSize],
    ['unet "in_channels"', unet.inChannels, 'vae "latent_channels"', vae.latentChannels],
    ['unet "out_channels"', unet.outChannels, 'vae "latent_channels"', vae.latentChannels],
    ['feature_extractor "crop_size"', preprocess.cropSize, 'image_encoder "image_size"', vision.imageSize],
  ] as const;
  const problems = pairs
    .filter(([, value, , other]) => value !== other)
    .map(([what, value, otherWhat, other]) => `${what} is ${value ?? 'missing'}, but ${otherWhat} is ${other}`);
  if (problems.length > 0) {
    throw fileProblems(
      'config.json files',
      problems,
      'The components come from different models, or this is no unCLIP model',
    );
  }
}

/**
 * Waits for all and tells the problems of all; anything but a problem of the checkpoint is thrown as it is.
 *
 * @throws CheckpointError
 */
async function allOrProblems<const Promises extends readonly Promise<unknown>[]>(
  promises: Promises,
): Promise<{ -readonly [Index in keyof Promises]: Awaited<Promises[Index]> }> {
  const problems: Error[] = [];
  for (const outcome of await Promise.allSettled(promises)) {
    if (outcome.status === 'fulfilled') continue;
    const error: unknown = outcome.reason;
    if (!(error instanceof CheckpointError || error instanceof SafetensorsError)) throw error;
    problems.push(error);
  }
  const [first] = problems;
  if (first !== undefined) {
    throw new CheckpointError(problems.map((problem) => problem.message).join('\n'), { cause: first });
  }
  return Promise.all(promises);
}
