import { findCheckpoints } from '../../services/find-checkpoints.js';
import type { ConfigOf } from '../command-table.js';
import { EXIT } from '../exit-codes.js';
import type { CommandContext } from '../terminal.js';

/** `unclip models list`: the checkpoints that workflows can name, and the folder of each. */
export async function listModels(
  { modelFolders }: ConfigOf<'models list'>,
  { terminal }: CommandContext,
): Promise<number> {
  const found = await findCheckpoints(modelFolders);
  if (found.size === 0) terminal.err(`There are no checkpoints in ${modelFolders.join(', ')}.`);
  const widest = Math.max(0, ...[...found.keys()].map((name) => name.length));
  for (const [name, folder] of found) terminal.out(`${name.padEnd(widest)}  ${folder}`);
  return EXIT.done;
}
