import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer } from '../../support/test-server.js';

const FOLDER = fileURLToPath(new URL('../../../workflows/images', import.meta.url));

test('the first start puts the example pictures among the user’s own, with their sizes', async () => {
  const server = await startTestServer(tempFolder(), {}, { exampleImagesFolder: FOLDER });
  onTestFinished(() => server.close());

  const { body } = await server.ask('GET', '/api/images');

  expect(body.images).toContainEqual(
    expect.objectContaining({ name: 'red-heart.png', widthPx: 256, heightPx: 256, mediaType: 'image/png' }),
  );
});
