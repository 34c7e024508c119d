import type { ParityStage } from '../parity-stage.js';
import { imageEncoder } from './image-encoder.js';
import { textEncoder } from './text-encoder.js';
import { unet } from './unet.js';
import { vaeDecode } from './vae-decode.js';

/** The stages that can be compared; a stage is one module here and one line in this list. */
export const stages: readonly ParityStage[] = [imageEncoder, textEncoder, unet, vaeDecode];
