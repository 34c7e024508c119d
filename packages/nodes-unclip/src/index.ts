export { adviceOnFormerCheckpoint, BUNDLED_CHECKPOINT } from './checkpoints/bundled-checkpoint.js';
export { checkParts } from './checkpoints/check-parts.js';
export { missingOutputs } from './checkpoints/checkpoint.js';
export { describeParts } from './checkpoints/describe-parts.js';
export { describeWeightFile } from './checkpoints/model-files/describe-file.js';
export { MODEL_FILE_NAMES, openModelFile } from './checkpoints/model-files/index.js';
export { openPreviewDecoder, type PreviewDecoder } from './checkpoints/model-files/vae.js';
export { openCheckpoint, openPriorCheckpoint } from './checkpoints/open-checkpoint.js';
export type { UnclipNode } from './define-node.js';
export { MAX_SIDE_PX } from './limits.js';
export { nodeMessagesIn } from './messages/index.js';
export { createDeviceChecks, type DeviceCheck, type DeviceChecks } from './models/device-checks.js';
export { fitsInto, InferenceError } from './models/inference.js';
export type { LatentPreview } from './models/latent-preview.js';
export type { AbsentModel } from './models/model.js';
export { imageEmbedding } from './nodes/image-embedding-workflow.js';
export { unclipNodes } from './nodes/index.js';
export { FORMULATIONS, type Formulation } from './onnx/formulations.js';
export type { Embed } from './port-types/embed.js';
export { isModelPort, PORT_CODECS, takesModels, unclipPortTypes } from './port-types/index.js';
export type { PortCodec, RebindContext } from './port-types/port-type.js';
export { type StoredArray, StoredFormError, type StoredValue } from './port-types/stored-arrays.js';
export { NOISE_SCHEDULE_NAMES } from './sampling/comfyui/noise-schedules.js';
export { SAMPLER_NAMES } from './sampling/comfyui/samplers.js';
export { decodePreview, shrinkForPreview } from './sampling/decode-preview.js';
export { describeCheckpoint, requireRunnable } from './sampling/describe-checkpoint.js';
export { fitLatentPreview } from './sampling/fit-latent-preview.js';
export { MAX_STEPS, type SchedulerName, settingsKnownTo } from './sampling/scheduler-choices.js';
export type * from './services.js';
export { tensor } from './tensor/tensor.js';
export {
  CheckpointError,
  DAMAGED,
  type FileCure,
  fileProblems,
  MISSING,
  UnknownModelError,
} from './weights/checkpoint-error.js';
export type { ByteRange, CheckpointFolder } from './weights/checkpoint-folder.js';
export { findMistakenContent, isPickle } from './weights/mistaken-content.js';
export type { LayoutOptions } from './weights/open-layout.js';
export { dataOffsetOf, readZipDirectory, type ZipEntry } from './weights/pickle/zip-directory.js';
export { SafetensorsError } from './weights/safetensors.js';
export { companionNames } from './weights/single-file/single-file-layout.js';
