import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { decodeImage } from '@unclip-studio/server';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startTestServer, TEST_TOKEN, type TestServer } from '../../support/test-server.js';
import { UNCLIP, unclip } from '../../support/unclip.js';

const folder = mkdtempSync(join(tmpdir(), 'unclip-test-'));
const IMAGE = fileURLToPath(new URL('../fixtures/pictures/rgb.png', import.meta.url));
const RESIZE = {
  format: 'unclip-workflow',
  version: 1,
  title: 'Make it small',
  nodes: {
    photo: { type: 'LoadImage', params: { image: '' } },
    resize: { type: 'ImageResize', inputs: { image: 'photo.image' }, params: { width: 8, height: 8 } },
    save: { type: 'SaveImage', inputs: { image: 'resize.image' } },
  },
  inputs: { photo: { to: ['photo.image'] }, side: { to: ['resize.width', 'resize.height'], label: 'Side' } },
};
let server: TestServer | undefined;
beforeAll(async () => {
  server = await startTestServer(folder);
  await server.ask('PUT', '/api/workflows/Größe: klein!', { workflow: RESIZE, baseRevision: 0 });
  const { inputs: _, ...nameless } = RESIZE;
  await server.ask('PUT', '/api/workflows/nameless', { workflow: nameless, baseRevision: 0 });
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

// They start processes, which start others.
const PROCESSES = { timeout: 180_000 };

/** The client of MCP's own package, with a process of ours. */
async function connect(args: readonly string[]): Promise<Client> {
  const client = new Client({ name: 'a test', version: '1' });
  const env = { ...getDefaultEnvironment(), UNCLIP_TOKEN: TEST_TOKEN, UNCLIP_CPU_THREADS: '1' };
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [UNCLIP, 'mcp', ...args], env }));
  onTestFinished(() => client.close());
  return client;
}

test(
  'the official client finds the saved workflows of a running server as tools, and gets images of them',
  PROCESSES,
  async () => {
    const client = await connect(['--server', server?.origin ?? '']);
    let changes = 0;
    const changed = new Promise<void>((resolve) => {
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
        changes++;
        resolve();
      });
    });

    const { tools } = await client.listTools();
    const made = await client.callTool({ name: 'Gro_e_klein', arguments: { photo: IMAGE, side: 4 } });
    const again = await client.callTool({
      name: 'Gro_e_klein',
      arguments: { photo: `data:image/png;base64,${readFileSync(IMAGE).toString('base64')}` },
    });
    const wrong = await client.callTool({ name: 'Gro_e_klein', arguments: { photo: '/nowhere.png' } });
    const tooLarge = await client.callTool({ name: 'Gro_e_klein', arguments: { photo: IMAGE, side: 1e9 } });
    await server?.ask('PUT', '/api/workflows/another', { workflow: RESIZE, baseRevision: 0 });
    await changed;

    expect(tools).toMatchObject([
      {
        name: 'Gro_e_klein',
        title: 'Make it small',
        inputSchema: {
          type: 'object',
          required: ['photo'],
          properties: {
            photo: { type: 'string' },
            side: { type: 'integer', default: 8, description: expect.stringMatching(/^Side/) },
          },
        },
      },
    ]);
    for (const [result, side] of [
      [made, 4],
      [again, 8],
    ] as const) {
      const [text, image] = result.content as [{ text: string }, { type: string; mimeType: string; data: string }];
      expect(text.text).toContain(`${side} x ${side} px`);
      expect(image).toMatchObject({ type: 'image', mimeType: 'image/png' });
      expect(await decodeImage(Buffer.from(image.data, 'base64'), 'the result')).toMatchObject({
        width: side,
        height: side,
      });
    }
    expect(wrong).toMatchObject({
      isError: true,
      content: [{ text: 'The image /nowhere.png cannot be read (ENOENT).' }],
    });
    expect(tooLarge).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('"side"') }] });
    expect(changes).toBe(1);
  },
);

test('a data folder that a server has is not opened a second time', async () => {
  const { code, stderr } = await unclip(['mcp', '--data-dir', folder]);

  expect([code, stderr]).toEqual([2, expect.stringContaining('unclip mcp --server')]);
});

test('without a server the same tools come from a data folder', PROCESSES, async () => {
  await server?.close();
  server = undefined;
  const client = await connect(['--data-dir', folder, '--device', 'cpu']);

  const made = await client.callTool({ name: 'Gro_e_klein', arguments: { photo: IMAGE, side: 4 } });

  expect(made.content).toMatchObject([{ type: 'text' }, { type: 'image', mimeType: 'image/png' }]);
});
