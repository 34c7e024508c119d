import type { ByteStore, OpenBytesOptions } from './byte-store.js';
import { createFolderBytes } from './folder-bytes.js';
import { type StoreAddress, showStore } from './store-address.js';

export function openBytes(address: StoreAddress, options: OpenBytesOptions): ByteStore {
  return address.kind === 'folder' ? createFolderBytes(address.folder) : openS3(address, options);
}

/** Loads the client of S3 when it is first used: who keeps bytes in a folder needs none. */
function openS3(address: Extract<StoreAddress, { readonly kind: 's3' }>, options: OpenBytesOptions): ByteStore {
  let opened: Promise<ByteStore> | undefined;
  const bytes = () => {
    opened ??= import('./s3-bytes.js').then(({ createS3Bytes }) => createS3Bytes(address, options));
    return opened;
  };
  return {
    place: showStore(address),
    write: async (key, parts) => (await bytes()).write(key, parts),
    writeNew: async (key, content) => (await bytes()).writeNew(key, content),
    renew: async (key, content) => (await bytes()).renew(key, content),
    has: async (key) => (await bytes()).has(key),
    read: async (key) => (await bytes()).read(key),
    open: async (key) => (await bytes()).open(key),
    delete: async (key) => (await bytes()).delete(key),
    removeTemporary: async (beforeMs) => (await bytes()).removeTemporary(beforeMs),
    async *olderThan(timeMs) {
      yield* (await bytes()).olderThan(timeMs);
    },
  };
}
