import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHubClient } from '../hub/hub-client.js';
import { pullCheckpoint } from '../hub/pull-checkpoint.js';
import { BUNDLED_MODELS_FOLDER } from '../services/bundled-folders.js';
import { fromCwd } from '../services/surroundings.js';
import { describeSystemError, isSystemError } from '../services/system-error.js';
import { BadInput } from './bad-input.js';
import { EXIT } from './exit-codes.js';
import { createPullView } from './pull-view.js';
import type { CommandContext } from './terminal.js';

/** The options of `unclip models pull`; see its --help. */
export interface PullOptions {
  /** The folder that the checkpoint becomes; `models/NAME` when left out. */
  readonly dir?: string;
  readonly revision: string;
  /** `full` or `fp16`. */
  readonly variant: string;
  readonly file?: string;
}

/**
 * `unclip models pull`: fetches a checkpoint from the hub, and prints the folder it lies in. A token is read from
 * HF_TOKEN, and is never printed.
 *
 * @throws BadInput if nothing can be fetched as asked
 */
export async function pullModel(
  repo: string,
  { dir, revision, variant, file }: PullOptions,
  { io, terminal }: CommandContext,
): Promise<number> {
  if (variant !== 'full' && variant !== 'fp16') throw new BadInput([`--variant ${variant}: expected full or fp16.`]);
  const to = fromCwd(io, dir ?? join(BUNDLED_MODELS_FOLDER, basename(repo)));
  const { env } = io;
  const view = await createPullView(terminal);
  try {
    const client = createHubClient({
      endpoint: env['HF_ENDPOINT'] || 'https://huggingface.co',
      ...(env['HF_TOKEN'] ? { token: env['HF_TOKEN'] } : {}),
    });
    const request = { repo, revision, to, variant, ...(file === undefined ? {} : { file }) } as const;
    await pullCheckpoint(request, { client, progress: view, sleep: async (ms) => void (await sleep(ms)) });
  } catch (error) {
    // Such as a full disk or a folder that may not be written.
    if (isSystemError(error)) throw new BadInput([describeSystemError(error)]);
    throw error;
  } finally {
    view.close();
  }
  terminal.out(to);
  return EXIT.done;
}
