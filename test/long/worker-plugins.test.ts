import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { pluginCode, pluginFolder } from '../support/plugin-folder.js';
import { startTestRedis, WHY_NO_REDIS } from '../support/redis-server.js';
import { startUnclip } from '../support/start-unclip.js';
import { tempFolder } from '../support/temp-folder.js';

const KEY = 'canary-queue-key-0123456789';

test.skipIf(WHY_NO_REDIS !== undefined)(
  'a worker on another machine takes a plug-in that was changed there, without a restart',
  { timeout: 120_000 },
  async () => {
    const folder = tempFolder();
    const redis = await startTestRedis({ folder });
    onTestFinished(redis.end);
    const plugin = join(tempFolder(), 'mine');
    mkdirSync(plugin);
    const paint = (level: number) =>
      pluginFolder({
        folder: plugin,
        files: {
          'index.ts': pluginCode(
            `return { image: inputs.image.map((one) => ({ ...one, data: one.data.map(() => ${level}) })) };`,
          ),
        },
      });
    paint(10);
    const options = ['--queue', redis.url, '--data-dir', folder, '--nodes', plugin];
    const env = { UNCLIP_QUEUE_KEY: KEY, UNCLIP_TOKEN: '' };
    const server = startUnclip(['serve', '--port', '0', ...options], env);
    const [origin, token] = (await server.address()).split('/#t=');
    startUnclip(['worker', '--device', 'cpu', ...options], env);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const ask = async (path: string, body?: unknown) => {
      const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      return fetch(`${origin}${path}`, { headers, ...sent });
    };
    const nodes = {
      photo: { type: 'LoadImage', params: { image: 'red-heart.png' } },
      paint: { type: 'mine/Do', inputs: { image: 'photo.image' } },
      save: { type: 'SaveImage', inputs: { image: 'paint.image' } },
    };
    /** The first byte of what a run makes now. */
    const painted = async () => {
      const workflow = { format: 'unclip-workflow', version: 1, nodes };
      const { id } = (await (await ask('/api/runs', { workflow })).json()) as { readonly id: string };
      const read = async () => (await ask(`/api/runs/${id}`)).json();
      await expect.poll(read, { timeout: 30_000 }).toMatchObject({ state: 'succeeded' });
      const { outputs } = (await read()) as { readonly outputs: readonly { readonly id: string }[] };
      const png = await (await ask(`/api/outputs/${outputs[0]?.id}`)).arrayBuffer();
      return (await sharp(Buffer.from(png)).raw().toBuffer())[0];
    };

    const before = await painted();
    paint(200);

    expect(before).toBe(10);
    await expect.poll(painted, { timeout: 60_000, interval: 500 }).toBe(200);
  },
);
