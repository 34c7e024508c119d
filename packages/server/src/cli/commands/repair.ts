import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { rebuildIndex } from '../../gallery/rebuild-index.js';
import { DATABASE_FILE, openStore, type Store } from '../../store/store.js';
import { DatabaseDamagedError } from '../../store/store-errors.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import type { CommandContext, Terminal } from '../terminal.js';

/**
 * `unclip repair`: adds stored images that the database does not know back to it. A damaged database is moved aside
 * first, never deleted.
 *
 * @throws BadInput if there is no data folder; FolderInUseError if a server uses it
 */
export async function repair(
  { dataFolder: folder, store: address }: ConfigOf<'repair'>,
  context: CommandContext,
): Promise<number> {
  const { terminal } = context;
  if (!existsSync(folder)) throw new BadInput([`"${folder}" is not there. Name the data folder with --data-dir.`]);
  const store = await open(folder, address, terminal);
  try {
    const { made, uploaded, others, damaged } = await rebuildIndex(store, Date.now());
    terminal.err(`Listed again: ${made} images that were made here, ${uploaded} others as uploads.`);
    if (others > 0)
      terminal.err(`${others} files are no image; they stay until a server finds that nothing needs them.`);
    if (damaged > 0) terminal.err(`${damaged} files were damaged and are gone.`);
  } finally {
    store.close();
  }
  return EXIT.done;
}

async function open(folder: string, address: ConfigOf<'repair'>['store'], terminal: Terminal): Promise<Store> {
  const options = address === undefined ? {} : { address };
  try {
    return await openStore(folder, options);
  } catch (error) {
    if (!(error instanceof DatabaseDamagedError)) throw error;
    const aside = `${DATABASE_FILE}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`;
    for (const ending of ['', '-wal', '-shm']) {
      const path = join(folder, DATABASE_FILE + ending);
      if (existsSync(path)) renameSync(path, join(folder, aside + ending));
    }
    terminal.err(`The damaged database is kept as "${join(folder, aside)}".`);
    return openStore(folder, options);
  }
}
