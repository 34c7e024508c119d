import type { ParityStage } from '../parity-stage.js';
import { autoencoderTiny } from './autoencoder-tiny.js';
import { autoencoderTinyImage } from './autoencoder-tiny-image.js';
import { canny } from './canny.js';
import { contentIdentity } from './content-identity.js';
import { controlNet, controlNetImage, controlNetSingleFile } from './controlnet.js';
import { esrgan } from './esrgan.js';
import { imageEncoder } from './image-encoder.js';
import { imageVariations, imageVariationsUnet } from './image-variations.js';
import { depth, inpaint, inpaintMask, upscale } from './inpaint.js';
import { ipAdapter, ipAdapterImage } from './ip-adapter.js';
import { img2imgLists, txt2imgLists } from './lists.js';
import { lora } from './lora.js';
import { loraImage } from './lora-image.js';
import { noiseAugment } from './noise-augment.js';
import { hostilePickles, pickles } from './pickles.js';
import { pipelineImg2img } from './pipeline-img2img.js';
import { pipelineTxt2img } from './pipeline-txt2img.js';
import { preprocess } from './preprocess.js';
import { priorModel } from './prior-model.js';
import { priorScheduler } from './prior-scheduler.js';
import { priorText } from './prior-text.js';
import { schedulers } from './schedulers.js';
import { singleFile } from './single-file.js';
import { textEncoder } from './text-encoder.js';
import { textualInversion, textualInversionImage } from './textual-inversion.js';
import { tokenizer } from './tokenizer.js';
import { torchRng } from './torch-rng.js';
import { unet } from './unet.js';
import { vaeDecode } from './vae-decode.js';
import { vaeEncode } from './vae-encode.js';
import { vaeSingleFile } from './vae-single-file.js';

/** The stages that can be compared; a stage is one module here and one line in this list. */
export const stages: readonly ParityStage[] = [
  tokenizer,
  preprocess,
  imageEncoder,
  noiseAugment,
  textEncoder,
  schedulers,
  unet,
  vaeDecode,
  vaeEncode,
  vaeSingleFile,
  autoencoderTiny,
  autoencoderTinyImage,
  lora,
  loraImage,
  controlNet,
  controlNetImage,
  controlNetSingleFile,
  canny,
  textualInversion,
  textualInversionImage,
  torchRng,
  singleFile,
  contentIdentity,
  pipelineImg2img,
  priorText,
  priorModel,
  priorScheduler,
  pipelineTxt2img,
  txt2imgLists,
  img2imgLists,
  esrgan,
  pickles,
  hostilePickles,
  inpaintMask,
  inpaint,
  depth,
  upscale,
  imageVariations,
  imageVariationsUnet,
  ipAdapter,
  ipAdapterImage,
];
