import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHubClient } from '../hub/hub-client.js';
import { HubError } from '../hub/hub-error.js';
import { pullCheckpoint } from '../hub/pull-checkpoint.js';
import { BUNDLED_MODELS_FOLDER } from '../services/bundled-folders.js';
import { BadInput } from './bad-input.js';
import { EXIT } from './exit-codes.js';
import { createPullView } from './pull-view.js';
import type { Terminal } from './terminal.js';

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
  terminal: Terminal,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  if (variant !== 'full' && variant !== 'fp16') throw new BadInput([`--variant ${variant}: expected full or fp16.`]);
  const to = resolve(dir ?? join(BUNDLED_MODELS_FOLDER, basename(repo)));
  const view = await createPullView(terminal);
  try {
    const client = createHubClient({
      endpoint: env['HF_ENDPOINT'] || 'https://huggingface.co',
      ...(env['HF_TOKEN'] ? { token: env['HF_TOKEN'] } : {}),
    });
    const request = { repo, revision, to, variant, ...(file === undefined ? {} : { file }) } as const;
    await pullCheckpoint(request, { client, progress: view, sleep: async (ms) => void (await sleep(ms)) });
  } catch (error) {
    if (error instanceof HubError || isSystemError(error)) throw new BadInput([error.message]);
    throw error;
  } finally {
    view.close();
  }
  terminal.out(to);
  return EXIT.done;
}

/** Such as a full disk or a folder that may not be written. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
