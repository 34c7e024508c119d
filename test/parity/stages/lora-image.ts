import { createOrtSessions } from '@unclip-studio/server';
import { openAnyGoldenCheckpoint } from '../golden-checkpoint.js';
import type { ParityStage } from '../parity-stage.js';
import { runPlainPipeline } from '../plain-pipeline.js';
import { withLoras } from './lora.js';

const sessions = createOrtSessions();

/** Whole images with LoRAs. */
export const loraImage: ParityStage = {
  stage: 'lora_image',
  async run(goldenCase, set) {
    const { unet, text, vae } = await openAnyGoldenCheckpoint(set, String(goldenCase.params['checkpoint']));
    const loras = goldenCase.params['loras'] as Parameters<typeof withLoras>[2];
    const adapted = await withLoras(set, { unet, text }, loras);
    return runPlainPipeline({ goldenCase, set, inference: sessions }, { ...adapted, vae });
  },
  close: () => sessions.close(),
};
