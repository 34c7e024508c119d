import { sha256 } from '../../common/sha256.js';
import { openBytes } from './open-bytes.js';
import { inStore, type StoreAddress, showStore } from './store-address.js';

const OWNER = sha256('unclip-studio: the server of this store');
const PATIENCE_MS = 5_000;

/** The store belongs to another server. */
export class StoreOfAnotherServer extends Error {
  override readonly name = 'StoreOfAnotherServer';
}

/**
 * Enters a server as the one whose images are in a store, at its first start. Only that server knows which of them are
 * still listed somewhere, so two that swept one store would each remove what the other keeps. Shows at once whether the
 * storage can be read and written, too.
 *
 * @throws StoreOfAnotherServer, StoreUnavailableError
 */
export async function claimStore(address: StoreAddress, serverId: string): Promise<void> {
  const bytes = openBytes(inStore(address, 'server'), { patienceMs: PATIENCE_MS });
  if (await bytes.writeNew(OWNER, Buffer.from(serverId))) return;
  const owner = Buffer.from((await bytes.read(OWNER)) ?? []).toString();
  if (owner === serverId) return;
  const file = `${showStore(inStore(address, 'server')).replace(/\/$/, '')}/${address.kind === 'folder' ? `${OWNER.slice(0, 2)}/` : ''}${OWNER}`;
  throw new StoreOfAnotherServer(
    `--store ${showStore(address)}: it contains the images of another server (${owner}). Give each server a folder or ` +
      `prefix of its own. If that server is gone for good, remove ${file} and start again.`,
  );
}
