import { createHttpClient, createServerClient } from '@unclip-studio/editor/testing';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.js';
import { startTestServer, TEST_TOKEN } from '../support/test-server.js';

/** A server with so many images, and the page's client of it. */
async function rig(count: number) {
  const server = await startTestServer(tempFolder());
  onTestFinished(() => server.close());
  const asked: string[] = [];
  const client = createServerClient({
    baseUrl: server.origin,
    // The page's browser sends the cookie.
    headers: { authorization: `Bearer ${TEST_TOKEN}` },
    fetch(request) {
      asked.push(request.url);
      return fetch(request);
    },
  });
  const add = (i: number, name = `photo ${i}.png`) => {
    const sha256 = i.toString(16).padStart(64, '0');
    server.store.images.add({ sha256, name, mediaType: 'image/png', sizeBytes: 1, widthPx: 1, heightPx: 1 }, i);
    return sha256;
  };
  server.store.database.transaction(() => {
    for (let i = 0; i < count; i++) add(i);
  });
  return { images: createHttpClient(client).images, asked, add };
}

test('an image that is older than the newest 500 is found by name and by hash, and offered', async () => {
  const { images, asked } = await rig(1203);

  const byName = await images.find('photo 3.png');
  const byHash = await images.find('4'.padStart(64, '0'));

  expect(byName).toMatchObject({ name: 'photo 3.png', sha256: '3'.padStart(64, '0') });
  expect(byHash).toMatchObject({ name: '4'.padStart(64, '0'), label: 'photo 4.png' });
  expect(await images.find('photo 1203.png')).toBeUndefined();
  expect(await images.find('photo 1202.png')).toMatchObject({ label: 'photo 1202.png' });
  const before = asked.length;
  await images.find('photo 3.png');
  expect(asked.length).toBe(before);
  expect(await images.list()).toHaveLength(1203);
});

test('a name refers to the newest image of that name, also among older ones', async () => {
  const { images, add } = await rig(0);
  add(1, 'cat.png');
  add(2, 'cat.png');
  for (let i = 3; i < 600; i++) add(i);

  expect(await images.find('cat.png')).toMatchObject({ sha256: '2'.padStart(64, '0') });
});
