import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUNDLED_CHECKPOINT } from '@unclip-studio/nodes-unclip';
import { CheckpointCopy } from './checkpoint-copy.js';

let folder: string | undefined;

/**
 * A models folder in which the bundled checkpoint's name refers to the small one with random weights and a prior: the
 * examples take a tenth of the time with it. It stays until the process ends.
 */
export function smallModels(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'unclip-test-models-'));
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
    new CheckpointCopy({ folder: join(made, BUNDLED_CHECKPOINT) });
    folder = made;
  }
  return folder;
}
