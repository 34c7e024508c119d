import { deflateSync } from 'node:zlib';
import { openStore } from '@unclip-studio/server';
import { makePng } from './make-png.js';

const WORDS = 'red blue green heart star circle house cat dog tree river mountain sky photo painting old new'.split(
  ' ',
);
const IMAGES_PER_RUN = 4;
const DIFFERENT_BYTES = 24;
const SIDE_PX = 64;
const VECTOR_LENGTH = 1024;

/** Fills a data folder with images as many runs would have; few of them differ in their bytes. */
export async function fillGallery(dataFolder: string, count: number): Promise<void> {
  const store = await openStore(dataFolder);
  const { blobs, database, gallery, runs, vectors } = store;
  const hashes = await Promise.all(Array.from({ length: DIFFERENT_BYTES }, (_, i) => blobs.put(plainImage(i))));
  const startMs = Date.UTC(2026, 0);
  database.transaction(() => {
    for (let n = 0; n < count; n += IMAGES_PER_RUN) {
      const id = `run${n}`;
      const word = (step: number) => WORDS[Math.floor(n / IMAGES_PER_RUN / step) % WORDS.length] ?? '';
      const run = {
        id,
        workflowJson: '{}',
        workflowSha256: '44',
        workflowName: null,
        title: 'Variations',
        targets: [],
      };
      runs.insert({ ...run, clientId: '', priority: 0, retryOf: null }, startMs + n * 60_000);
      database.run("UPDATE runs SET state = 'succeeded', attempts = 1 WHERE id = ?", [id]);
      for (let place = 0; place < Math.min(IMAGES_PER_RUN, count - n); place++) {
        const sha256 = hashes[(n + place) % hashes.length] ?? '';
        const receipt = JSON.stringify({ nodeType: 'SaveImage', nodeVersion: 1, fingerprint: id });
        database.run(
          `INSERT INTO outputs (run_id, node, place, sha256, name, temporary, media_type, size_bytes, width_px,
             height_px, receipt, created_at) VALUES (?, 'save', ?, ?, 'variation', 0, 'image/png', 900, ?, ?, ?, ?)`,
          [id, place, sha256, SIDE_PX, SIDE_PX, receipt, startMs + n * 60_000],
        );
      }
      for (const image of gallery.toIndex(IMAGES_PER_RUN)) {
        gallery.index(image, {
          prompt: `${word(1)} ${word(17)} ${word(289)}`,
          negativePrompt: 'fog',
          models: [n % 3 === 0 ? 'emoji-unclip' : 'sd21-unclip-h'],
          params: [
            { name: 'steps', text: String(n % 50), number: n % 50 },
            { name: 'seed', text: String(n), number: n },
          ],
        });
      }
    }
    for (let n = 0; n < count; n++) {
      const vector = Int8Array.from({ length: VECTOR_LENGTH }, (_, i) => ((n * 31 + i * 17) % 255) - 127);
      vectors.put({ sha256: n < hashes.length ? (hashes[n] ?? '') : `of ${n}`, model: 'a model', vector });
    }
  });
  store.close();
}

/** An image of one colour. */
function plainImage(number: number): Buffer {
  const colour = [(number * 53) % 256, (number * 101) % 256, (number * 197) % 256];
  const row = Buffer.from([0, ...Array.from({ length: SIDE_PX }, () => colour).flat()]);
  const data = deflateSync(Buffer.concat(Array.from({ length: SIDE_PX }, () => row)));
  return makePng({ width: SIDE_PX, height: SIDE_PX, depth: 8, colourType: 2, data });
}
