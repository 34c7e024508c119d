import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer, untilEnded, workflowOf } from '../../support/test-server.js';

const folder = mkdtempSync(join(tmpdir(), 'unclip-test-'));
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(join(folder, 'data'));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the receipt of an output holds the record that its image carries', async () => {
  const workflow = workflowOf({
    photo: { type: 'LoadImage', params: { image: 'red-heart.png' } },
    save: { type: 'SaveImage', inputs: { image: 'photo.image' } },
  });
  const started = await server.ask('POST', '/api/runs', { workflow });
  const ended = await untilEnded(server, (started.body as { readonly id: string }).id);

  const { status, body } = await server.ask('GET', `/api/outputs/${ended.outputs[0]?.id}/receipt`);

  expect(status).toBe(200);
  const receipt = body as { readonly fingerprint: string; readonly record: { readonly nodes: readonly object[] } };
  expect(receipt.record).toMatchObject({ format: 'unclip-receipt', device: 'cpu', index: 0 });
  expect(receipt.record.nodes).toMatchObject([
    { id: 'photo', type: 'LoadImage', files: { image: 'red-heart.png' } },
    { id: 'save', inputs: [{ input: 'image', node: 'photo', output: 'image' }], fingerprint: receipt.fingerprint },
  ]);
});
