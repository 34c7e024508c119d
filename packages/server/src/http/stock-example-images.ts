import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../store/store.js';

// Of a PNG: 8 bytes of signature, 8 of the first chunk's head, then width and height.
const PNG_WIDTH_AT = 16;

/**
 * Puts the pictures of the example workflows among the user's own, once for each data folder, so that the first
 * workflow shows what it starts from. Those that the user deletes stay deleted.
 *
 * @param folder holds PNGs that came with the program
 */
export async function stockExampleImages(store: Store, folder: string, nowMs: number): Promise<void> {
  if (store.settings.read('examples-stocked') !== undefined) return;
  const names = (await readdir(folder)).filter((name) => name.endsWith('.png')).sort();
  for (const name of names) {
    const bytes = await readFile(join(folder, name));
    const sha256 = await store.blobs.put(bytes);
    if (store.images.read(sha256) !== undefined) continue;
    const size = { widthPx: bytes.readUInt32BE(PNG_WIDTH_AT), heightPx: bytes.readUInt32BE(PNG_WIDTH_AT + 4) };
    store.images.add({ sha256, name, mediaType: 'image/png', sizeBytes: bytes.length, ...size }, nowMs);
  }
  store.settings.write('examples-stocked', 'true');
}
