import { findCheckpoints } from '../../services/find-checkpoints.js';
import { findModelsOfKind, MODEL_FILE_KINDS } from '../../services/find-model-files.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import type { CommandContext } from '../terminal.js';

/**
 * `unclip models list`: the checkpoints that workflows can name, or models of another type, and where each is.
 *
 * @throws BadInput for an unknown type
 */
export async function listModels(
  { modelFolders, modelType: type = 'checkpoint' }: ConfigOf<'models list'>,
  { terminal }: CommandContext,
): Promise<number> {
  const found = await findModels(type, modelFolders);
  const what = type === 'checkpoint' ? 'checkpoints' : `models of type ${type}`;
  if (found.size === 0) terminal.err(`There are no ${what} in ${modelFolders.join(', ')}.`);
  const widest = Math.max(0, ...[...found.keys()].map((name) => name.length));
  for (const [name, folder] of found) terminal.out(`${name.padEnd(widest)}  ${folder}`);
  return EXIT.done;
}

/** @throws BadInput */
export async function findModels(type: string, folders: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (type === 'checkpoint') return findCheckpoints(folders);
  if ((MODEL_FILE_KINDS as readonly string[]).includes(type)) return findModelsOfKind(type, folders);
  throw new BadInput([`--type ${type}: expected one of checkpoint, ${MODEL_FILE_KINDS.join(', ')}.`]);
}
