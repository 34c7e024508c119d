import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.js';
import { startTestServer, TEST_TOKEN, untilEnded, workflowOf } from '../support/test-server.js';

test('an animation is an output like others: listed, shown small, with receipt and workflow', async () => {
  const server = await startTestServer(tempFolder());
  onTestFinished(() => server.close());
  const workflow = workflowOf({
    photos: { type: 'LoadImages', params: { images: 'red-heart.png\nblue-star.png\ngreen-ring.png' } },
    save: { type: 'SaveAnimation', inputs: { image: 'photos.image' }, params: { fps: 4, lossless: true } },
  });

  const started = await server.ask('POST', '/api/runs', { workflow });
  const { outputs } = await untilEnded(server, started.body.id);

  const [output] = outputs;
  expect(outputs).toMatchObject([{ name: 'animation', mediaType: 'image/webp', widthPx: 256, heightPx: 256 }]);
  const bytesOf = async (path: string) => {
    const response = await fetch(server.origin + path, { headers: { authorization: `Bearer ${TEST_TOKEN}` } });
    expect(response.status).toBe(200);
    return Buffer.from(await response.arrayBuffer());
  };
  const { pages, delay } = await sharp(await bytesOf(`/api/outputs/${output?.id}`), { animated: true }).metadata();
  expect({ pages, delay }).toEqual({ pages: 3, delay: [250, 250, 250] });
  const small = await sharp(await bytesOf(`/api/outputs/${output?.id}/thumbnail?side=64`)).metadata();
  expect(small).toMatchObject({ format: 'webp', width: 64, height: 64 });
  const receipt = await server.ask('GET', `/api/outputs/${output?.id}/receipt`);
  expect(receipt.body.record.nodes.at(-1)).toMatchObject({ id: 'save', type: 'SaveAnimation' });
  const carried = await server.ask('GET', `/api/outputs/${output?.id}/workflow`);
  expect(carried.body.nodes).toEqual((workflow as { nodes: unknown }).nodes);
});
