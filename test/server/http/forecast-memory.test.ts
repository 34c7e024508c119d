import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../support/test-server.js';

const folder = mkdtempSync(join(tmpdir(), 'unclip-test-'));
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(folder);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function peakOf(params: object): Promise<number | undefined> {
  const asked = { template: 'image-variations', params };
  // A worker that has only begun says nothing yet.
  await expect.poll(async () => (await server.ask('POST', '/api/forecast', asked)).body.cacheKnown).toBe(true);
  return (await server.ask('POST', '/api/forecast', asked)).body.peakMemoryBytes;
}

test('a forecast includes the memory of models: more for larger images and for more of them at once', async () => {
  const small = (await peakOf({ sample: { width: 64, height: 64, count: 1 } })) ?? Number.NaN;
  const large = (await peakOf({ sample: { width: 1024, height: 1024, count: 1 } })) ?? Number.NaN;
  const many = (await peakOf({ sample: { width: 1024, height: 1024, count: 4 } })) ?? Number.NaN;

  // The bundled model's weights alone are 9 million numbers.
  expect(small).toBeGreaterThan(4 * 9e6);
  expect(large).toBeGreaterThan(small);
  expect(many).toBeGreaterThan(large);
});
