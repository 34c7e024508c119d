import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer } from '../../support/test-server.js';

const FOLDER = fileURLToPath(new URL('../../../workflows/images', import.meta.url));

test('the first start puts the example images among the user’s own, with their sizes', async () => {
  const server = await startTestServer(tempFolder(), {}, { exampleImagesFolder: FOLDER });
  onTestFinished(() => server.close());

  const { body } = await server.ask('GET', '/api/images');

  expect(body.images).toContainEqual(
    expect.objectContaining({ name: 'red-heart.png', widthPx: 256, heightPx: 256, mediaType: 'image/png' }),
  );
});

test('a data folder of an earlier version gets the new examples; what was deleted stays so, and one’s own names count', async () => {
  const folder = tempFolder();
  const store = await openStore(folder);
  const own = readFileSync(join(FOLDER, 'green-ring.png'));
  const sha256 = await store.blobs.put(own);
  const facts = { mediaType: 'image/png', sizeBytes: own.length, widthPx: 256, heightPx: 256 } as const;
  store.images.add({ sha256, name: 'cat.png', ...facts }, 0);
  store.settings.write('examples-stocked', 'true');
  store.close();

  const server = await startTestServer(folder, {}, { exampleImagesFolder: FOLDER });
  onTestFinished(() => server.close());

  const { images } = (await server.ask('GET', '/api/images')).body as { images: { name: string; sha256: string }[] };
  const names = images.map(({ name }) => name);
  expect(names).toContain('pumpkin.png');
  expect(names).not.toContain('red-heart.png');
  expect(images.filter(({ name }) => name === 'cat.png')).toEqual([expect.objectContaining({ sha256 })]);
});
