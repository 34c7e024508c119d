export { adviceOnFormerCheckpoint, BUNDLED_CHECKPOINT } from './checkpoints/bundled-checkpoint.js';
export {
  type Checkpoint,
  type OpenCheckpointOptions,
  openCheckpoint,
  requireUnclip,
  type UnclipCheckpoint,
  whyNoPictures,
} from './checkpoints/checkpoint.js';
export { COMPONENT_KINDS } from './checkpoints/component-kinds.js';
export { describeParts, type PartDescription } from './checkpoints/describe-parts.js';
export { readImageNormalizer } from './checkpoints/image-normalizer.js';
export { modelRequester } from './checkpoints/model-requester.js';
export { openComponent } from './checkpoints/open-component.js';
export { openPriorCheckpoint, type PriorCheckpoint } from './checkpoints/prior-checkpoint.js';
export * from './comfyui/index.js';
export { defineNode, isModelPort, type UnclipNode } from './define-node.js';
export { toUint8Images, toUnitNhwc } from './image/decoded-to-images.js';
export { type ResizeFilter, resizeBicubic, resizePillow } from './image/pillow-resize.js';
export { preprocessClip, resizeAndCrop } from './image/preprocess-clip.js';
export { type PreprocessConfig, PreprocessConfigError, readPreprocessConfig } from './image/preprocess-config.js';
export { preprocessVae } from './image/preprocess-vae.js';
export type { RgbImage } from './image/rgb-image.js';
export { blendWeights, coverAxis } from './image/tiles.js';
export { buildClipText } from './models/clip-text.js';
export {
  buildClipTextProjection,
  pooledPosition,
  readClipTextProjectionConfig,
} from './models/clip-text-projection.js';
export { buildClipVision } from './models/clip-vision.js';
export { ConfigReader } from './models/config-reader.js';
export {
  type ClipEncoderConfig,
  type ClipTextConfig,
  type ClipVisionConfig,
  readClipTextConfig,
  readClipVisionConfig,
  readVaeConfig,
  type VaeConfig,
} from './models/configs.js';
export * from './models/inference.js';
export type { LatentPreview } from './models/latent-preview.js';
export type * from './models/model.js';
export { buildPrior } from './models/prior.js';
export { readPriorConfig } from './models/prior-config.js';
export { readUnetConfig, type UnetConfig } from './models/unet/config.js';
export { buildUnet, type UnetPart, type UnetShape } from './models/unet/unet.js';
export { buildVaeDecoder, type LatentShape } from './models/vae.js';
export { buildVaeEncoder, type PictureShape } from './models/vae-encoder.js';
export { BlendError, blendEmbeds } from './nodes/blend-embeds.js';
export { clipImageEmbed } from './nodes/clip-image-embed.js';
export { imageCrop } from './nodes/image-crop.js';
export { imageGridNode } from './nodes/image-grid.js';
export { EmbedWidthError, imagePrior } from './nodes/image-prior.js';
export { imageResize } from './nodes/image-resize.js';
export { imageToMask } from './nodes/image-to-mask.js';
export { unclipNodes } from './nodes/index.js';
export { interpolateEmbedsNode } from './nodes/interpolate-embeds.js';
export { latentUpscale } from './nodes/latent-upscale.js';
export { loadMask } from './nodes/load-mask.js';
export { loadModel } from './nodes/load-model.js';
export { MergeError, mergeConditionsNode } from './nodes/merge-conditions.js';
export { noiseAugment } from './nodes/noise-augment.js';
export { AnimationError, saveAnimation } from './nodes/save-animation.js';
export { textEncode } from './nodes/text-encode.js';
export { unetSample } from './nodes/unet-sample.js';
export { vaeDecode } from './nodes/vae-decode.js';
export { vaeEncode } from './nodes/vae-encode.js';
export { type ExternalTensor, externalInitializer } from './onnx/external-data.js';
export { FORMULATIONS, type Formulation } from './onnx/formulations.js';
export { GraphBuilder, OPSET, type WeightSource } from './onnx/graph-builder.js';
export { ProtoWriter } from './onnx/proto.js';
export { PORT_CODECS, type RebindContext } from './port-types/port-codecs.js';
export type * from './port-types/port-types.js';
export { type StoredArray, StoredFormError, type StoredValue } from './port-types/stored-arrays.js';
export {
  type RandomDtype,
  TorchGenerator,
  type TorchGeneratorState,
} from './random/torch-generator.js';
export { type DecodeOptions, decodeLatent } from './sampling/decode-latent.js';
export { type DenoiseRequest, denoise, NonFiniteError, type UnetQuestion } from './sampling/denoise.js';
export { denoiseResumably, type ResumeOptions } from './sampling/denoise-resumably.js';
export {
  type DrawPriorRequest,
  drawPrior,
  encodePriorPrompts,
  type PriorPrompts,
} from './sampling/draw-prior.js';
export { fitLatentPreview } from './sampling/fit-latent-preview.js';
export { applyGuidance, isGuided } from './sampling/guidance.js';
export { feedsOfGuides, type Guide, type Guides, guidesFor, spreadGuides } from './sampling/guides.js';
export { type LatentDistribution, sampleDistribution, toDistribution } from './sampling/latent-distribution.js';
export {
  augmentWithNoise,
  type EmbedStatistics,
  NoiseLevelError,
  noiseEmbeds,
  noiseLevelToIndex,
  scaleEmbeds,
  unscaleEmbeds,
} from './sampling/noise-augment.js';
export { createUnetPredictor } from './sampling/predict-with-unet.js';
export { PRIOR_SCHEDULER_NAMES, priorSchedulerFor } from './sampling/prior-scheduler.js';
export { parsePromptWeights } from './sampling/prompt-weights.js';
export { LATENT_RESIZE_METHODS, resizeLatent } from './sampling/resize-latent.js';
export type { SamplingStates } from './sampling/sampling-states.js';
export { SCHEDULER_CLASSES, type SchedulerName, schedulerFor } from './sampling/scheduler-choices.js';
export { sinusoid } from './sampling/sinusoid.js';
export { SamplingInputError } from './sampling/start-from-latent.js';
export { type NoiseSchedule, noiseScheduleOf } from './schedulers/beta-schedule.js';
export { createScheduler, SCHEDULER_CLASS_NAMES, UnknownSchedulerError } from './schedulers/index.js';
export type { Scheduler, SchedulerConfig, SchedulerOptions, StepArgs } from './schedulers/scheduler.js';
export { SchedulerConfigError } from './schedulers/scheduler-config.js';
export type * from './services.js';
export { toHalves } from './tensor/float16.js';
export { broadcastRows, concatRows, repeatRows } from './tensor/rows.js';
export { bindDims, ShapeError, type Tensor, tensor } from './tensor/tensor.js';
export {
  type ClipTokenizer,
  type ClipTokenizerFiles,
  createClipTokenizer,
  type PaddedIds,
} from './tokenizer/clip-tokenizer.js';
export { TokenizerError } from './tokenizer/tokenizer-error.js';
export { readTokenizerJson } from './tokenizer/tokenizer-json.js';
export { vocabFromMerges } from './tokenizer/vocab-from-merges.js';
export { CheckpointError, fileProblems } from './weights/checkpoint-error.js';
export type { ByteRange, CheckpointFolder, WeightVariant } from './weights/checkpoint-folder.js';
export type { CheckpointLayout } from './weights/checkpoint-layout.js';
export { decodeFloats } from './weights/decode-floats.js';
export { createFolderLayout } from './weights/folder-layout.js';
export { isPickle, PICKLE_CURE } from './weights/mistaken-content.js';
export type { LayoutOptions } from './weights/open-layout.js';
export {
  parseSafetensorsHeader,
  readSafetensorsHeader,
  SafetensorsError,
  type SafetensorsHeader,
  type SafetensorsTensor,
  type WeightFile,
} from './weights/safetensors.js';
export { companionNames, openSingleFileLayout } from './weights/single-file/single-file-layout.js';
export { unclipVariantOf } from './weights/single-file/unclip-variant.js';
export type { StoredTensor } from './weights/stored-tensor.js';
