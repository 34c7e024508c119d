import { createDownloadedModels } from '../../models/downloaded-models.js';
import { toSize } from '../../services/byte-size.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import type { CommandContext } from '../terminal.js';
import { findModels } from './list-models.js';

/**
 * `unclip models remove`: moves a downloaded model to the trash.
 *
 * @throws BadInput | ModelManagerError if it was not downloaded by this program
 */
export async function removeModel(
  { name, modelType = 'checkpoint', ownModelsFolder }: ConfigOf<'models remove'>,
  { terminal }: CommandContext,
): Promise<number> {
  const downloaded = createDownloadedModels(ownModelsFolder, () => Date.now());
  await downloaded.purgeExpired();
  const found = await findModels(modelType, [ownModelsFolder]);
  const path = found.get(name);
  if (path === undefined) {
    throw new BadInput([
      `There is no ${modelType} "${name}" in ${ownModelsFolder}. There are: ${[...found.keys()].join(', ') || 'none'}.`,
    ]);
  }
  const { sizeBytes, keptUntil } = await downloaded.delete(path);
  terminal.err(
    `Removed ${name} (${toSize(sizeBytes)}). Until ${keptUntil} it can be brought back with "models restore".`,
  );
  return EXIT.done;
}

/**
 * `unclip models restore`: the last removed model of that name.
 *
 * @throws BadInput | ModelManagerError
 */
export async function restoreModel(
  { name, ownModelsFolder }: ConfigOf<'models restore'>,
  { terminal }: CommandContext,
): Promise<number> {
  const downloaded = createDownloadedModels(ownModelsFolder, () => Date.now());
  const deletions = await downloaded.deletions();
  const last = deletions.find((deletion) => deletion.name === name);
  if (last === undefined) {
    const names = deletions.map((deletion) => deletion.name).join(', ');
    throw new BadInput([`"${name}" is not in the trash. There are: ${names || 'none'}.`]);
  }
  await downloaded.restore(last.id);
  terminal.err(`Restored ${name}.`);
  return EXIT.done;
}
