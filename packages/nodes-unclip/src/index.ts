export {
  type Checkpoint,
  type ModelOptions,
  type OpenCheckpointOptions,
  openCheckpoint,
  type TextModelOptions,
} from './checkpoint.js';
export { CheckpointError } from './checkpoint-error.js';
export { InferenceError } from './inference-error.js';
export type { LatentPreview } from './latent-preview.js';
export type {
  ClipEncoderConfig,
  ClipTextConfig,
  ClipVisionConfig,
  UnetConfig,
  VaeConfig,
} from './models/configs.js';
export type { UnetShape } from './models/unet.js';
export type { LatentShape } from './models/vae.js';
export type * from './services.js';
export { bindDims, ShapeError, type Tensor, tensor } from './tensor/tensor.js';
export type { CheckpointFolder, WeightVariant } from './weights/checkpoint-folder.js';
export {
  parseSafetensorsHeader,
  readSafetensorsHeader,
  SafetensorsError,
  type SafetensorsHeader,
  type SafetensorsTensor,
  type WeightFile,
} from './weights/safetensors.js';
