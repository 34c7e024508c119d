import { expect, onTestFinished, test } from 'vitest';
import { IS_LONG_SUITE } from '../../support/long-suite.js';
import { startTestRedis, WHY_NO_REDIS } from '../../support/redis-server.js';
import { startTestS3 } from '../../support/s3-server.js';
import { startUnclip } from '../../support/start-unclip.js';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip, unclipProcess } from '../../support/unclip.js';

// The commands themselves, with nothing in common but Redis and a bucket.

const KEY = 'canary-queue-key-0123456789';
const QUICK = '{"template": "image-variations", "params": {"sample": {"steps": 2}}}';

if (IS_LONG_SUITE) {
  test.skipIf(WHY_NO_REDIS !== undefined)(
    'workers that share only a bucket with their server read images from it, write into it, and find results there',
    { timeout: 180_000 },
    async () => {
      const redis = await startTestRedis({ folder: tempFolder() });
      onTestFinished(redis.end);
      const s3 = await startTestS3(tempFolder());
      onTestFinished(s3.kill);
      const env = { ...s3.env, UNCLIP_QUEUE_KEY: KEY, UNCLIP_TOKEN: '', UNCLIP_STORE: `s3://${s3.bucket}/studio` };
      const queue = ['--queue', redis.url];
      const serve = ['serve', '--port', '0', '--log-level', 'debug', ...queue, '--data-dir'];
      const startWorker = () =>
        startUnclip(['worker', '--device', 'cpu', ...queue], { ...env, UNCLIP_CACHE_DIR: tempFolder() });
      const server = startUnclip([...serve, tempFolder()], env);
      const [origin, token] = (await server.address()).split('/#t=');
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const ask = (path: string, more: RequestInit = {}) =>
        fetch(`${origin}${path}`, { ...more, headers: { ...headers, ...more.headers } });
      async function draw(): Promise<Run> {
        const started = await ask('/api/runs', { method: 'POST', body: QUICK });
        const { id } = (await started.json()) as { readonly id: string };
        const run = async () => (await ask(`/api/runs/${id}`)).json();
        await expect.poll(run, { timeout: 60_000 }).toMatchObject({ state: 'succeeded', outputs: { length: 4 } });
        return (await run()) as Run;
      }

      const first = startWorker();
      const drawn = await draw();
      const worked = await first.end();
      const second = startWorker();
      const again = await draw();
      const address = `/api/outputs/${drawn.outputs[0]?.id}`;
      const whole = await ask(address);
      const image = Buffer.from(await whole.arrayBuffer());
      const part = await ask(address, { headers: { range: 'bytes=1-3' } });
      const beyond = await ask(address, { headers: { range: `bytes=${image.length}-` } });
      const known = await ask(address, {
        // Without it Node's own client asks for anything but a 304.
        headers: { 'if-none-match': whole.headers.get('etag') ?? '', 'cache-control': 'max-age=0' },
      });
      const stranger = await unclipProcess([...serve, tempFolder()], { env });
      await s3.kill();
      const away = await ask(address);

      expect(worked).toBe(0);
      expect(image.subarray(1, 4).toString()).toBe('PNG');
      expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
        206,
        'PNG',
        `bytes 1-3/${image.length}`,
      ]);
      expect(beyond.status).toBe(416);
      expect(known.status).toBe(304);
      // The same images, and the sampler's result came from the bucket: the second worker's own folder was empty.
      expect(again.outputs.map(({ sha256 }) => sha256)).toEqual(drawn.outputs.map(({ sha256 }) => sha256));
      expect(again.nodes['sample']).toMatchObject({ state: 'cached' });
      expect(stranger.code).toBe(2);
      expect(stranger.stderr).toContain('--store s3://pictures/studio/: it contains the images of another server');
      expect([away.status, away.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await away.json()).toMatchObject({ detail: expect.stringContaining('ECONNREFUSED. It does not answer.') });
      for (const program of [server, first, second]) expect(program.stderr + program.stdout).not.toContain('S3RVER');
    },
  );
}

interface Run {
  readonly outputs: readonly { readonly id: string; readonly sha256: string }[];
  readonly nodes: Readonly<Record<string, unknown>>;
}

const EXPECTED = 'expected a folder, or a bucket as in s3://pictures/studio or s3://pictures?style=path';

test.each([
  ['an address of another kind', 'http://host/bucket', `--store: ${EXPECTED}.\n`],
  ['no bucket', 's3://', `--store: ${EXPECTED}.\n`],
  ['an unknown setting', 's3://pictures?region=x', `--store: ${EXPECTED}.\n`],
  [
    'keys in the address, which are not repeated',
    's3://canary:secret@pictures',
    '--store: keys do not belong into the address, which others can see. Put them into AWS_ACCESS_KEY_ID and ' +
      'AWS_SECRET_ACCESS_KEY.\n',
  ],
])('a server refuses %s', async (_, store, words) => {
  const { code, stderr } = await unclip(['serve', '--port', '0', '--data-dir', tempFolder(), '--store', store], {});

  expect([code, stderr]).toEqual([2, words]);
});

test('a server says at its start when the storage cannot be used', async () => {
  // Amazon's client reads the variables of its process.
  const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

  const { code, stderr } = await unclipProcess(
    ['serve', '--port', '0', '--data-dir', tempFolder(), '--store', 's3://pictures'],
    { env },
  );

  expect(stderr).toContain(
    'S3 bucket "pictures" at http://127.0.0.1:1: ECONNREFUSED. It does not answer. Is it running, and is ' +
      'AWS_ENDPOINT_URL right?\n',
  );
  expect(code).toBe(2);
});
