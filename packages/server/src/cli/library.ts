import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createBlobStore } from '../store/blob-store.js';
import { openDatabase } from '../store/database.js';
import { createImagesTable } from '../store/images-table.js';
import { blobsFolderOf } from '../store/store.js';
import { createWorkflowsTable } from '../store/workflows-table.js';

/** The workflow that a server has saved under a name, as its text; also while the server runs. */
export function readSavedWorkflow(dataFolder: string, name: string): string | undefined {
  return reading(dataFolder, (database) => createWorkflowsTable(database).read(name)?.json);
}

/** The bytes of the image that a server's workflows mean by a name. Images in a store elsewhere (`--store`) are not found. */
export async function readUploadedImage(dataFolder: string, name: string): Promise<Uint8Array | undefined> {
  const sha256 = reading(dataFolder, (database) => {
    const images = createImagesTable(database);
    return (images.read(name) ?? images.findByName(name))?.sha256;
  });
  return sha256 === undefined ? undefined : createBlobStore(blobsFolderOf(dataFolder)).read(sha256);
}

function reading<Value>(
  dataFolder: string,
  read: (database: ReturnType<typeof openDatabase>) => Value | undefined,
): Value | undefined {
  const path = join(dataFolder, 'studio.db');
  // Opening it would make one.
  if (!existsSync(path)) return undefined;
  const database = openDatabase(path);
  try {
    return read(database);
  } finally {
    database.close();
  }
}
