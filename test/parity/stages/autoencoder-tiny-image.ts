import { createOrtSessions } from '@unclip-studio/server';
import { openAnyGoldenCheckpoint, openGoldenModel } from '../golden-checkpoint.js';
import type { ParityStage } from '../parity-stage.js';
import { runPlainPipeline } from '../plain-pipeline.js';

const sessions = createOrtSessions();

/** Whole images with TAESD in the place of the checkpoint's VAE. */
export const autoencoderTinyImage: ParityStage = {
  stage: 'autoencoder_tiny_image',
  async run(goldenCase, set) {
    const { unet, text } = await openAnyGoldenCheckpoint(set, String(goldenCase.params['checkpoint']));
    const vae = await openGoldenModel(set, 'vae', `checkpoints/${goldenCase.params['vae']}`);
    return runPlainPipeline({ goldenCase, set, inference: sessions }, { unet, text, vae });
  },
  close: () => sessions.close(),
};
