// What only tests use; nothing here is promised to other programs.
export { requireUnclip, type UnclipCheckpoint } from './checkpoints/checkpoint.js';
export { COMPONENT_KINDS, UNET, VAE } from './checkpoints/component-kinds.js';
export { readImageNormalizer } from './checkpoints/image-normalizer.js';
export { matchLora } from './checkpoints/match-lora.js';
export type { TextEmbedding } from './checkpoints/model-files/embedding.js';
export { componentAt } from './checkpoints/model-files/location.js';
export { modelRequester } from './checkpoints/model-requester.js';
export type { OpenCheckpointOptions } from './checkpoints/open-checkpoint.js';
export { type ComponentKind, openComponent, type WeightComponent } from './checkpoints/open-component.js';
export { vaeLatents, vaeModel } from './checkpoints/vae-model.js';
export { toUint8Images, toUnitNhwc } from './image/decoded-to-images.js';
export { binaryMask, maskOfCells } from './image/inpaint-mask.js';
export { type ResizeFilter, resizeBicubic, resizePillow } from './image/pillow-resize.js';
export { preprocessClip, resizeAndCrop } from './image/preprocess-clip.js';
export { type PreprocessConfig, PreprocessConfigError, readPreprocessConfig } from './image/preprocess-config.js';
export { preprocessVae } from './image/preprocess-vae.js';
export { blendWeights, coverAxis } from './image/tiles.js';
export { buildClipText } from './models/clip-text.js';
export {
  buildClipTextProjection,
  pooledPosition,
  readClipTextProjectionConfig,
} from './models/clip-text-projection.js';
export { buildClipVision } from './models/clip-vision.js';
export { ConfigReader } from './models/config-reader.js';
export { readClipTextConfig, readClipVisionConfig, readVaeConfig, type VaeConfig } from './models/configs.js';
export { attentionCheck } from './models/device-checks.js';
export type { ImagePrompt } from './models/image-prompt.js';
export type { EmbedSpace, IpAdapterModel, TextModel, UnetModel, VisionModel } from './models/model.js';
export { buildPrior } from './models/prior.js';
export { readPriorConfig } from './models/prior-config.js';
export { scaleLatents, unscaleLatents } from './models/tiny-vae.js';
export { readUnetConfig } from './models/unet/config.js';
export { crossAttentionsOf } from './models/unet/image-attention.js';
export { buildUnet } from './models/unet/unet.js';
export { buildVaeDecoder } from './models/vae.js';
export { buildVaeEncoder } from './models/vae-encoder.js';
export { applyControl } from './nodes/apply-control.js';
export { applyIpAdapter } from './nodes/apply-ip-adapter.js';
export { applyLora } from './nodes/apply-lora.js';
export { BlendError, blendEmbeds } from './nodes/blend-embeds.js';
export { cannyEdgesNode } from './nodes/canny-edges.js';
export { clipImageEmbed } from './nodes/clip-image-embed.js';
export { conditioningAverage } from './nodes/conditioning-average.js';
export { conditioningCombine } from './nodes/conditioning-combine.js';
export { conditioningConcat } from './nodes/conditioning-concat.js';
export { conditioningPair } from './nodes/conditioning-pair.js';
export { conditioningSetArea } from './nodes/conditioning-set-area.js';
export { conditioningSetImage } from './nodes/conditioning-set-image.js';
export { conditioningSetMask } from './nodes/conditioning-set-mask.js';
export { conditioningSetStrength } from './nodes/conditioning-set-strength.js';
export { conditioningSetTimestepRange } from './nodes/conditioning-set-timestep-range.js';
export { conditioningZeroOut } from './nodes/conditioning-zero-out.js';

export { depthChannel, depthConditioning } from './nodes/depth-conditioning.js';
export { differentialDiffusion } from './nodes/differential-diffusion.js';
export { emptyImage } from './nodes/empty-image.js';
export { featherMaskNode } from './nodes/feather-mask.js';
export { growMaskNode } from './nodes/grow-mask.js';
export { imageBatch } from './nodes/image-batch.js';
export { imageBlend } from './nodes/image-blend.js';
export { imageBlur } from './nodes/image-blur.js';
export { imageComposite } from './nodes/image-composite.js';
export { imageConditioning } from './nodes/image-conditioning.js';
export { imageCrop } from './nodes/image-crop.js';
export { imageFromBatch } from './nodes/image-from-batch.js';
export { imageGridNode } from './nodes/image-grid.js';
export { imageInvert } from './nodes/image-invert.js';
export { imagePadForOutpaint } from './nodes/image-pad-for-outpaint.js';
export { EmbedWidthError, imagePrior } from './nodes/image-prior.js';
export { imageRepeat } from './nodes/image-repeat.js';
export { imageResize } from './nodes/image-resize.js';
export { imageScaleToTotalPixels } from './nodes/image-scale-to-total-pixels.js';
export { imageSharpen } from './nodes/image-sharpen.js';
export { imageThreshold } from './nodes/image-threshold.js';
export { imageToMask } from './nodes/image-to-mask.js';
export { imageUpscale } from './nodes/image-upscale.js';
export { inpaintConditioning } from './nodes/inpaint-conditioning.js';
export { interpolateEmbedsNode } from './nodes/interpolate-embeds.js';
export { invertMask } from './nodes/invert-mask.js';
export { ipAdapterEncode } from './nodes/ip-adapter-encode.js';
export { latentBatch } from './nodes/latent-batch.js';
export { latentBlend } from './nodes/latent-blend.js';
export { latentComposite } from './nodes/latent-composite.js';
export { latentCrop } from './nodes/latent-crop.js';
export { latentFlip } from './nodes/latent-flip.js';
export { latentFromBatch } from './nodes/latent-from-batch.js';
export { latentMultiply } from './nodes/latent-multiply.js';
export { latentRotate } from './nodes/latent-rotate.js';
export { latentSum } from './nodes/latent-sum.js';
export { latentUpscale } from './nodes/latent-upscale.js';
export { loadControlNet } from './nodes/load-controlnet.js';
export { loadEmbed } from './nodes/load-embed.js';
export { loadMask } from './nodes/load-mask.js';
export { loadModel } from './nodes/load-model.js';
export { loadVae } from './nodes/load-vae.js';
export { maskComposite } from './nodes/mask-composite.js';
export { maskResize } from './nodes/mask-resize.js';
export { maskToImage } from './nodes/mask-to-image.js';
export { MergeError, mergeConditionsNode } from './nodes/merge-conditions.js';
export { mergeModelBlocks } from './nodes/merge-model-blocks.js';
export { mergeModels } from './nodes/merge-models.js';
export { noiseAugment } from './nodes/noise-augment.js';
export { saveEmbed } from './nodes/save-embed.js';
export { solidMask } from './nodes/solid-mask.js';
export { textEncode } from './nodes/text-encode.js';
export { unetSample } from './nodes/unet-sample.js';
export { upscaleConditioning } from './nodes/upscale-conditioning.js';
export { vaeDecode } from './nodes/vae-decode.js';
export { vaeEncode } from './nodes/vae-encode.js';
export { vaeEncodeForInpaint } from './nodes/vae-encode-for-inpaint.js';
export type { Factor, WeightAdapter } from './onnx/adapter.js';
export { type ExternalTensor, externalInitializer } from './onnx/external-data.js';
export { GraphBuilder } from './onnx/graph-builder.js';
export type { WeightSource } from './onnx/graph-weights.js';
export { add, concat, conv, matMul, reshape } from './onnx/ops.js';
export { ProtoWriter } from './onnx/proto.js';
export type { Condition } from './port-types/condition.js';
export { type Conditioning, conditioningPort, type PromptPart, partsOf } from './port-types/conditioning.js';
export type { Generator } from './port-types/generator.js';
export type { Latent } from './port-types/latent.js';
export type { Mask } from './port-types/mask.js';
export { definePortType } from './port-types/port-type.js';
export type { UnetMap } from './port-types/unet-map.js';
export { RandomStream } from './random/random-stream.js';
export { seedSequence } from './random/seed-sequence.js';
export { type RandomDtype, TorchGenerator, type TorchGeneratorState } from './random/torch-generator.js';
export { scalesOf } from './sampling/ask-control-nets.js';
export { stableDiffusionSigmas } from './sampling/comfyui/discrete-sigmas.js';
export { differentialMasks } from './sampling/comfyui/inpaint-mask.js';
export { planSigmas } from './sampling/comfyui/plan-sigmas.js';
export { readComfyUiWeights } from './sampling/comfyui/prompt-weights.js';
export { refuseUnknownSettings } from './sampling/comfyui/sampler-settings.js';
export { type DecodeOptions, decodeLatent } from './sampling/decode-latent.js';
export type { DenoiseRequest } from './sampling/denoise.js';
export { denoiseResumably } from './sampling/denoise-resumably.js';
export { drawPrior, encodePriorPrompts } from './sampling/draw-prior.js';
export { applyGuidance, isGuided } from './sampling/guidance.js';
export { feedsOfGuides, type Guide, type Guides, guidesFor, spreadGuides } from './sampling/guides.js';
export { encodeForIpAdapter } from './sampling/image-prompt.js';
export { sampleDistribution, toDistribution } from './sampling/latent-distribution.js';
export {
  augmentWithNoise,
  NoiseLevelError,
  noiseEmbeds,
  noiseLevelToIndex,
  scaleEmbeds,
  unscaleEmbeds,
} from './sampling/noise-augment.js';
export { createUnetPredictor } from './sampling/predict-with-unet.js';
export { priorSchedulerFor } from './sampling/prior-scheduler.js';
export { ChoiceDrawer, readWildcardLists } from './sampling/prompt-choices.js';
export { cutEmbeddings, PROMPT_EMBEDDINGS, PromptEmbeddings } from './sampling/prompt-embeddings.js';
export { steersAt } from './sampling/prompt-parts.js';
export { readPromptSchedule } from './sampling/prompt-schedule.js';
export { parsePromptWeights } from './sampling/prompt-weights.js';
export { resizeLatent } from './sampling/resize-latent.js';
export { SCHEDULER_CLASSES, schedulerFor } from './sampling/scheduler-choices.js';
export { sinusoid } from './sampling/sinusoid.js';
export { SamplingInputError } from './sampling/start-from-latent.js';
export { upscaleImage, upscaleToTensor } from './sampling/upscale-image.js';
export { noiseScheduleOf } from './schedulers/beta-schedule.js';
export { createScheduler, SCHEDULER_CLASS_NAMES, UnknownSchedulerError } from './schedulers/index.js';
export type { Scheduler, SchedulerConfig } from './schedulers/scheduler.js';
export { SchedulerConfigError } from './schedulers/scheduler-config.js';
export { roundToFloat16, toHalves } from './tensor/float16.js';
export { concatRows, repeatRows } from './tensor/rows.js';
export { ShapeError } from './tensor/tensor.js';
export { type ClipTokenizer, type ClipTokenizerFiles, createClipTokenizer } from './tokenizer/clip-tokenizer.js';
export { TokenizerError } from './tokenizer/special-tokens.js';
export { readTokenizerJson } from './tokenizer/tokenizer-json.js';
export { vocabFromMerges } from './tokenizer/vocab-from-merges.js';
export type { CheckpointLayout } from './weights/checkpoint-layout.js';
export { decodeFloats } from './weights/decode-floats.js';
export { createFolderLayout } from './weights/folder-layout.js';
export {
  PickledTensor,
  PickleError,
  PickleFloat,
  PickleList,
  PickleTuple,
  type PickleValue,
} from './weights/pickle/pickle-values.js';
export { gather, readPickleHeader } from './weights/pickle/state-dict.js';
export { readTorchFile } from './weights/pickle/torch-file.js';
export {
  bytesPerElement,
  parseSafetensorsHeader,
  readSafetensorsHeader,
  type SafetensorsHeader,
  type WeightFile,
} from './weights/safetensors.js';
export { controlNetFileForm } from './weights/single-file/controlnet-file.js';
export { openSingleFileLayout } from './weights/single-file/single-file-layout.js';
export { vaeFileForm } from './weights/single-file/vae-file.js';
export type { StoredTensor } from './weights/stored-tensor.js';
