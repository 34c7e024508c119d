import { expect, onTestFinished, test } from 'vitest';
import { startTestRedis, WHY_NO_REDIS } from '../../support/redis-server.js';
import { startUnclip } from '../../support/start-unclip.js';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

// The commands themselves, in separate processes, with the default timeouts.

const KEY = 'canary-queue-key-0123456789';
const QUICK = '{"template": "image-variations", "params": {"sample": {"steps": 2}}}';

test.skipIf(WHY_NO_REDIS !== undefined)(
  'a server and a worker find each other through Redis, make an image, and leave when they are told to',
  { timeout: 120_000 },
  async () => {
    const folder = tempFolder();
    const redis = await startTestRedis({ folder });
    onTestFinished(redis.end);
    await redis.command('ACL', 'SETUSER', 'default', '>canary-password');
    const options = ['--queue', redis.url.replace('//', '//default:canary-password@'), '--data-dir', folder];
    const env = { UNCLIP_QUEUE_KEY: KEY, UNCLIP_TOKEN: '' };
    const server = startUnclip(['serve', '--port', '0', '--log-level', 'debug', ...options], env);
    const [origin, token] = (await server.address()).split('/#t=');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const start = () => fetch(`${origin}/api/runs`, { method: 'POST', headers, body: QUICK });
    const health = async () => (await fetch(`${origin}/api/health`)).json() as Promise<{ readonly reason?: string }>;

    await expect.poll(async () => (await health()).reason).toContain('No worker has signed on');
    const queued = (await (await start()).json()) as { readonly id: string; readonly state: string };
    const worker = startUnclip(['worker', '--device', 'cpu', '--log-level', 'debug', ...options], env);
    const run = async () => (await fetch(`${origin}/api/runs/${queued.id}`, { headers })).json();
    await expect.poll(run, { timeout: 60_000 }).toMatchObject({ state: 'succeeded', outputs: { length: 4 } });
    const listed = await (await fetch(`${origin}/api/workers`, { headers })).json();
    const metrics = await (await fetch(`${origin}/api/metrics`, { headers })).text();
    await redis.kill();
    await expect.poll(async () => (await start()).status, { timeout: 10_000 }).toBe(503);
    const refused = await start();
    const codes = [await worker.end(), await server.end()];

    expect(queued.state).toBe('queued');
    expect(listed).toMatchObject({
      workers: [
        { phase: 'idle', checkpoints: expect.arrayContaining([expect.objectContaining({ name: 'emoji-unclip' })]) },
      ],
    });
    expect(metrics).toMatch(/^unclip_workers 1$/m);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refused.json()).toMatchObject({
      status: 503,
      detail: expect.stringContaining('has taken nothing for'),
    });
    expect(codes).toEqual([0, 0]);
    for (const secret of [KEY, 'canary-password']) {
      expect(server.stderr + server.stdout + worker.stderr + worker.stdout).not.toContain(secret);
    }
    expect(worker.stderr).toContain(`looking for runs at redis://127.0.0.1:${redis.port}`);
  },
);

const REDIS = 'redis://127.0.0.1:1';
const DATA = ['--data-dir', '/nowhere'];

test.each([
  [
    'without a queue',
    [...DATA],
    {},
    'unclip worker needs the queue of its server: --queue redis://HOST, or UNCLIP_QUEUE_URL.\n',
  ],
  [
    'without a key',
    ['--queue', REDIS, ...DATA],
    {},
    '--queue: the server and its workers need a key in common, by which they know what comes from each other. Put it ' +
      'into UNCLIP_QUEUE_KEY or name a file with --queue-key-file; such as the output of: openssl rand -base64 32\n',
  ],
  [
    'with a key that can be guessed',
    ['--queue', REDIS, ...DATA],
    { UNCLIP_QUEUE_KEY: 'short' },
    'UNCLIP_QUEUE_KEY: the key has 5 characters; expected at least 16, such as the output of: openssl rand -base64 32\n',
  ],
  [
    'with an address that is none, which is not repeated, since it may hold a password',
    ['--queue', 'http://:secret@host', ...DATA],
    { UNCLIP_QUEUE_KEY: KEY },
    '--queue: expected the address of a Redis, as in redis://10.0.0.5:6379, redis://user:password@host or ' +
      'rediss://host for one with TLS.\n',
  ],
  [
    'with an authority for a connection that is not by TLS',
    ['--queue', REDIS, '--queue-ca', '/nowhere.pem', ...DATA],
    { UNCLIP_QUEUE_KEY: KEY },
    '--queue-ca: only an address that begins with rediss:// is reached by TLS.\n',
  ],
  [
    'without the location of images',
    ['--queue', REDIS],
    { UNCLIP_QUEUE_KEY: KEY },
    'unclip worker needs a place that it shares with its server: --store s3://BUCKET/PREFIX or --store DIR as the ' +
      'server was given it, or --data-dir DIR, the data folder of the server, on a disk that both machines see.\n',
  ],
])('a worker %s says what is missing', async (_, args, env, words) => {
  const { code, stderr } = await unclip(['worker', ...args], {
    env: { UNCLIP_QUEUE_KEY: '', UNCLIP_QUEUE_URL: '', UNCLIP_STORE: '', ...env },
  });

  expect(stderr).toBe(words);
  expect(code).toBe(2);
});
