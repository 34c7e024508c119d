import { programVersion } from '../../services/program.js';
import { fromCwd } from '../../services/surroundings.js';
import { BackupError, backUpFolder, restoreFolder } from '../../store/backup.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import type { CommandContext } from '../terminal.js';

/** `unclip backup`: prints the path of the archive. @throws BadInput */
export async function backUp(
  { file, dataFolder: folder, store: address }: ConfigOf<'backup'>,
  { io, terminal }: CommandContext,
): Promise<number> {
  const program = `unclip-studio ${programVersion()}`;
  const { images, missing } = await orBadInput(backUpFolder({ folder, address }, fromCwd(io, file), program));
  terminal.err(
    `The database and ${images} images. Anyone who can read this file can use the server with the token in it.`,
  );
  if (missing > 0) terminal.err(`${missing} images were gone or damaged, and are not in it.`);
  terminal.out(file);
  return EXIT.done;
}

/** `unclip restore`: prints the path of the data folder. @throws BadInput */
export async function restore(
  { file, dataFolder: folder, store: address }: ConfigOf<'restore'>,
  { io, terminal }: CommandContext,
): Promise<number> {
  const { images } = await orBadInput(restoreFolder(fromCwd(io, file), { folder, address }));
  terminal.err(`The database and ${images} images.`);
  terminal.out(folder);
  return EXIT.done;
}

async function orBadInput<Value>(done: Promise<Value>): Promise<Value> {
  try {
    return await done;
  } catch (error) {
    if (error instanceof BackupError) throw new BadInput([error.message]);
    throw error;
  }
}
