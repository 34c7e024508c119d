export { adviceOnFormerCheckpoint, BUNDLED_CHECKPOINT } from './checkpoints/bundled-checkpoint.js';
export { type Checkpoint, missingOutputs } from './checkpoints/checkpoint.js';
export { describeParts, type PartDescription } from './checkpoints/describe-parts.js';
export type { PriorCheckpoint } from './checkpoints/families/karlo.js';
export { describeWeightFile } from './checkpoints/model-files/describe-file.js';
export {
  MODEL_FILE_NAMES,
  type ModelFileKind,
  type OpenedModels,
  openModelFile,
} from './checkpoints/model-files/index.js';
export { openCheckpoint, openPriorCheckpoint } from './checkpoints/open-checkpoint.js';
export type { UnclipNode } from './define-node.js';
export { MAX_SIDE_PX } from './image/check-image-size.js';
export type { RgbImage } from './image/rgb-image.js';
export { DEVICE_CHECKS, DEVICE_WORK, type DeviceCheck } from './models/device-checks.js';
export {
  type BuiltModel,
  type Feeds,
  InferenceError,
  type InferenceService,
  type ModelRequest,
} from './models/inference.js';
export type { LatentPreview } from './models/latent-preview.js';
export type { LatentFormat, VaeModel } from './models/model.js';
export { IMAGE_EMBEDDING, imageEmbeddingWorkflow } from './nodes/image-embedding-workflow.js';
export { unclipNodes } from './nodes/index.js';
export type { ExternalTensor } from './onnx/external-data.js';
export { FORMULATIONS, type Formulation } from './onnx/formulations.js';
export { GraphBuilder, type WeightSource } from './onnx/graph-builder.js';
export type { Embed } from './port-types/embed.js';
export { isModelPort, PORT_CODECS } from './port-types/index.js';
export type { RebindContext } from './port-types/port-type.js';
export { type StoredArray, StoredFormError, type StoredValue } from './port-types/stored-arrays.js';
export { TorchGenerator } from './random/torch-generator.js';
export { NOISE_SCHEDULE_NAMES } from './sampling/comfyui/noise-schedules.js';
export { SAMPLER_NAMES } from './sampling/comfyui/samplers.js';
export { fitLatentPreview } from './sampling/fit-latent-preview.js';
export { priorSchedulerFor } from './sampling/prior-scheduler.js';
export type { SamplingStates } from './sampling/sampling-states.js';
export { type SchedulerName, schedulerFor, settingsKnownTo } from './sampling/scheduler-choices.js';
export { noiseScheduleOf } from './schedulers/beta-schedule.js';
export { UnknownSchedulerError } from './schedulers/index.js';
export { SchedulerConfigError } from './schedulers/scheduler-config.js';
export type {
  AnimationOptions,
  CheckpointService,
  ImageService,
  NewModelFile,
  OutputService,
  PictureFormat,
  SaveOptions,
  UnclipServices,
} from './services.js';
export { type Tensor, tensor } from './tensor/tensor.js';
export { CheckpointError, fileProblems, UnknownModelError } from './weights/checkpoint-error.js';
export type { ByteRange, CheckpointFolder } from './weights/checkpoint-folder.js';
export type { LayoutOptions } from './weights/open-layout.js';
export { readSafetensorsHeader, SafetensorsError } from './weights/safetensors.js';
export { companionNames } from './weights/single-file/single-file-layout.js';
export { unclipVariantOf } from './weights/single-file/unclip-variant.js';
