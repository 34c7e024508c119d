import type { UnclipNode } from '../define-node.js';
import { applyControl } from './apply-control.js';
import { applyIpAdapter } from './apply-ip-adapter.js';
import { applyLora } from './apply-lora.js';
import { blendEmbeds } from './blend-embeds.js';
import { cannyEdgesNode } from './canny-edges.js';
import { clipImageEmbed } from './clip-image-embed.js';
import { conditioningAverage } from './conditioning-average.js';
import { conditioningCombine } from './conditioning-combine.js';
import { conditioningConcat } from './conditioning-concat.js';
import { conditioningPair } from './conditioning-pair.js';
import { conditioningSetArea } from './conditioning-set-area.js';
import { conditioningSetImage } from './conditioning-set-image.js';
import { conditioningSetMask } from './conditioning-set-mask.js';
import { conditioningSetStrength } from './conditioning-set-strength.js';
import { conditioningSetTimestepRange } from './conditioning-set-timestep-range.js';
import { conditioningZeroOut } from './conditioning-zero-out.js';
import { depthConditioning } from './depth-conditioning.js';
import { differentialDiffusion } from './differential-diffusion.js';
import { emptyImage } from './empty-image.js';
import { featherMaskNode } from './feather-mask.js';
import { growMaskNode } from './grow-mask.js';
import { imageBatch } from './image-batch.js';
import { imageBlend } from './image-blend.js';
import { imageBlur } from './image-blur.js';
import { imageComposite } from './image-composite.js';
import { imageConditioning } from './image-conditioning.js';
import { imageCrop } from './image-crop.js';
import { imageFromBatch } from './image-from-batch.js';
import { imageGridNode } from './image-grid.js';
import { imageInvert } from './image-invert.js';
import { imagePadForOutpaint } from './image-pad-for-outpaint.js';
import { imagePrior } from './image-prior.js';
import { imageRepeat } from './image-repeat.js';
import { imageResize } from './image-resize.js';
import { imageScaleToTotalPixels } from './image-scale-to-total-pixels.js';
import { imageSharpen } from './image-sharpen.js';
import { imageThreshold } from './image-threshold.js';
import { imageToMask } from './image-to-mask.js';
import { imageUpscale } from './image-upscale.js';
import { inpaintConditioning } from './inpaint-conditioning.js';
import { interpolateEmbedsNode } from './interpolate-embeds.js';
import { invertMask } from './invert-mask.js';
import { ipAdapterEncode } from './ip-adapter-encode.js';
import { latentBatch } from './latent-batch.js';
import { latentBlend } from './latent-blend.js';
import { latentComposite } from './latent-composite.js';
import { latentCrop } from './latent-crop.js';
import { latentFlip } from './latent-flip.js';
import { latentFromBatch } from './latent-from-batch.js';
import { latentMultiply } from './latent-multiply.js';
import { latentRotate } from './latent-rotate.js';
import { latentSum } from './latent-sum.js';
import { latentUpscale } from './latent-upscale.js';
import { loadControlNet } from './load-controlnet.js';
import { loadEmbed } from './load-embed.js';
import { loadImage } from './load-image.js';
import { loadImages } from './load-images.js';
import { loadIpAdapter } from './load-ip-adapter.js';
import { loadMask } from './load-mask.js';
import { loadModel } from './load-model.js';
import { loadPrior } from './load-prior.js';
import { loadUpscaler } from './load-upscaler.js';
import { loadVae } from './load-vae.js';
import { loadVision } from './load-vision.js';
import { maskComposite } from './mask-composite.js';
import { maskResize } from './mask-resize.js';
import { maskToImage } from './mask-to-image.js';
import { mergeConditionsNode } from './merge-conditions.js';
import { mergeModelBlocks } from './merge-model-blocks.js';
import { mergeModels } from './merge-models.js';
import { modelSampling } from './model-sampling.js';
import { noiseAugment } from './noise-augment.js';
import { previewImage } from './preview-image.js';
import { rescaleGuidance } from './rescale-guidance.js';
import { saveAnimation } from './save-animation.js';
import { saveEmbed } from './save-embed.js';
import { saveImage } from './save-image.js';
import { solidMask } from './solid-mask.js';
import { sweep } from './sweep.js';
import { textEncode } from './text-encode.js';
import { unetSample } from './unet-sample.js';
import { upscaleConditioning } from './upscale-conditioning.js';
import { vaeDecode } from './vae-decode.js';
import { vaeEncode } from './vae-encode.js';
import { vaeEncodeForInpaint } from './vae-encode-for-inpaint.js';

/** Every node there is, in the order in which a palette shows them. */
export const unclipNodes: readonly UnclipNode[] = [
  loadModel,
  loadPrior,
  loadVae,
  loadVision,
  loadControlNet,
  applyLora,
  mergeModels,
  mergeModelBlocks,
  modelSampling,
  rescaleGuidance,
  differentialDiffusion,
  loadIpAdapter,
  ipAdapterEncode,
  applyIpAdapter,
  loadImage,
  loadImages,
  clipImageEmbed,
  loadEmbed,
  imagePrior,
  blendEmbeds,
  interpolateEmbedsNode,
  noiseAugment,
  mergeConditionsNode,
  textEncode,
  conditioningCombine,
  conditioningAverage,
  conditioningConcat,
  conditioningSetArea,
  conditioningSetStrength,
  conditioningSetImage,
  conditioningSetMask,
  conditioningSetTimestepRange,
  conditioningZeroOut,
  conditioningPair,
  imageConditioning,
  applyControl,
  inpaintConditioning,
  depthConditioning,
  upscaleConditioning,
  unetSample,
  vaeDecode,
  vaeEncode,
  vaeEncodeForInpaint,
  latentUpscale,
  latentBlend,
  latentSum,
  latentMultiply,
  latentBatch,
  latentFromBatch,
  latentComposite,
  latentCrop,
  latentFlip,
  latentRotate,
  imageResize,
  loadUpscaler,
  imageUpscale,
  imageScaleToTotalPixels,
  imagePadForOutpaint,
  imageInvert,
  imageThreshold,
  cannyEdgesNode,
  imageBlend,
  imageComposite,
  imageBlur,
  imageSharpen,
  imageBatch,
  imageRepeat,
  imageFromBatch,
  emptyImage,
  imageCrop,
  imageGridNode,
  sweep,
  imageToMask,
  loadMask,
  growMaskNode,
  featherMaskNode,
  maskComposite,
  invertMask,
  solidMask,
  maskResize,
  maskToImage,
  previewImage,
  saveImage,
  saveAnimation,
  saveEmbed,
];
