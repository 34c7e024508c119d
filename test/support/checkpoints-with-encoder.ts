import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SMALL_CHECKPOINT } from './checkpoint-copy.js';
import { tempFolder } from './temp-folder.js';

const PLAIN = fileURLToPath(new URL('../fixtures/plain-sd/tiny-sd1', import.meta.url));

/**
 * A small Stable Diffusion 1 whose folder holds an image encoder, as for IP-Adapter.
 *
 * @param parent gone when the test is over, unless another is named
 * @returns its folder, called `tiny`
 */
export function plainWithEncoder(parent = tempFolder()): string {
  const folder = join(parent, 'tiny');
  cpSync(PLAIN, folder, { recursive: true });
  for (const part of ['image_encoder', 'feature_extractor']) {
    cpSync(join(SMALL_CHECKPOINT, part), join(folder, part), { recursive: true });
  }
  return folder;
}

/** A checkpoint of StableDiffusionImageVariationPipeline with random weights: it takes no text. @returns its folder, called `tiny` */
export function imageVariationsCheckpoint(): string {
  const folder = plainWithEncoder();
  for (const part of ['text_encoder', 'tokenizer']) rmSync(join(folder, part), { recursive: true });
  const index = join(folder, 'model_index.json');
  const text = readFileSync(index, 'utf8');
  writeFileSync(index, text.replace('"StableDiffusionPipeline"', '"StableDiffusionImageVariationPipeline"'));
  return folder;
}
