import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../store/store.js';

// Of a PNG: 8 bytes of signature, 8 of the first chunk's head, then width and height.
const PNG_WIDTH_AT = 16;

// What there was when only 'true' was remembered.
const FIRST_EXAMPLES = [
  'blue-star.png',
  'circle-and-square.png',
  'green-ring.png',
  'mask-left.png',
  'orange-cross.png',
  'purple-moon.png',
  'red-heart.png',
  'right-half-erased.png',
];

/**
 * Adds the images of the example workflows to the user's images, each once per data folder, so that the first workflow
 * has its inputs. Images that the user deletes stay deleted, and an image of the user keeps its name: of several the
 * newest counts.
 *
 * @param folder contains the bundled PNGs
 */
export async function stockExampleImages(store: Store, folder: string, nowMs: number): Promise<void> {
  const stocked = readStocked(store.settings.read('examples-stocked'));
  const names = (await readdir(folder)).filter((name) => name.endsWith('.png') && !stocked.includes(name)).sort();
  if (names.length === 0) return;
  for (const name of names) {
    if (store.images.findByName(name) !== undefined) continue;
    const bytes = await readFile(join(folder, name));
    const sha256 = await store.blobs.put(bytes);
    if (store.images.read(sha256) !== undefined) continue;
    const size = { widthPx: bytes.readUInt32BE(PNG_WIDTH_AT), heightPx: bytes.readUInt32BE(PNG_WIDTH_AT + 4) };
    store.images.add({ sha256, name, mediaType: 'image/png', sizeBytes: bytes.length, ...size }, nowMs);
  }
  store.settings.write('examples-stocked', JSON.stringify([...stocked, ...names]));
}

function readStocked(value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  return value === 'true' ? FIRST_EXAMPLES : (JSON.parse(value) as readonly string[]);
}
