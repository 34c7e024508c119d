import { findCheckpoints } from '../services/find-checkpoints.js';
import { EXIT } from './exit-codes.js';
import { findModelFolders } from './model-folders.js';
import type { CommandContext } from './terminal.js';

/** `unclip models list`: the checkpoints that workflows can name, and the folder of each. */
export async function listModels(
  { models }: { readonly models: readonly string[] },
  { io, terminal }: CommandContext,
): Promise<number> {
  const folders = findModelFolders(models, io);
  const found = await findCheckpoints(folders);
  if (found.size === 0) terminal.err(`There are no checkpoints in ${folders.join(', ')}.`);
  const widest = Math.max(0, ...[...found.keys()].map((name) => name.length));
  for (const [name, folder] of found) terminal.out(`${name.padEnd(widest)}  ${folder}`);
  return EXIT.done;
}
