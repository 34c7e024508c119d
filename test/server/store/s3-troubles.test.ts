import { createHash } from 'node:crypto';
import { createResultStore, createSharedResults, openBytes, StoreUnavailableError } from '@unclip-studio/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { longTest } from '../../support/long-suite.js';
import { startTestS3, type TestS3 } from '../../support/s3-server.js';
import { tempFolder } from '../../support/temp-folder.js';

const content = Buffer.from('some bytes');
const key = createHash('sha256').update(content).digest('hex');

let s3: TestS3;
beforeEach(async () => {
  s3 = await startTestS3(tempFolder());
  for (const [name, value] of Object.entries(s3.env)) vi.stubEnv(name, value);
}, 60_000);
afterEach(async () => {
  vi.unstubAllEnvs();
  s3.thaw();
  await s3.kill();
});

function open({ bucket = s3.bucket, patienceMs = 0 } = {}) {
  return openBytes({ kind: 's3', bucket, prefix: 'p/', pathStyle: true }, { patienceMs });
}

const at = () => s3.env['AWS_ENDPOINT_URL'];

longTest('wrong keys are reported with what to check, and none is repeated', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'canary-id');

  const error = await open()
    .write(key, [content])
    .catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(StoreUnavailableError);
  expect((error as StoreUnavailableError).mayPass).toBe(false);
  expect((error as Error).message).toBe(
    `S3 bucket "pictures" at ${at()}: 403 InvalidAccessKeyId. Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and ` +
      'that they may do s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket there.',
  );
});

test('a missing bucket is reported', async () => {
  await expect(open({ bucket: 'elsewhere' }).write(key, [content])).rejects.toThrow(
    `S3 bucket "elsewhere" at ${at()}: 404 NoSuchBucket. The bucket does not exist; create it, or name another with --store.`,
  );
});

test('storage that is down is reported, and may come back', async () => {
  await s3.kill();

  const error = await open()
    .read(key)
    .catch((thrown: unknown) => thrown);

  expect((error as StoreUnavailableError).mayPass).toBe(true);
  expect((error as Error).message).toBe(
    `S3 bucket "pictures" at ${at()}: ECONNREFUSED. It does not answer. Is it running, and is AWS_ENDPOINT_URL right?`,
  );
});

longTest('a write outlasts an outage', { timeout: 60_000 }, async () => {
  const bytes = open({ patienceMs: 50_000 });
  await s3.kill();

  const written = bytes.write(key, [content]);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await s3.start();
  await written;

  expect(Buffer.from((await bytes.read(key)) ?? [])).toEqual(content);
});

const FAR = 'ab'.repeat(32);

/** The kept results of one machine. */
function machine({ lookUpMs = 5_000, pauseMs = 60_000 } = {}) {
  const local = createResultStore({ folder: tempFolder(), maxBytes: 1e6, minFreeBytes: 0 });
  return createSharedResults({ local, shared: open(), lookUpMs, pauseMs });
}

test('a result of one machine is found by another, once it has looked, and read from there once', async () => {
  const [here, there] = [machine(), machine()];
  here.write(FAR, () => [content]);
  await here.flush();

  const before = there.has(FAR);
  await there.lookUp?.([FAR, 'cd'.repeat(32)]);
  const found = [there.has(FAR), there.has('cd'.repeat(32))];
  const first = await there.read(FAR);
  await there.flush();
  await s3.kill();
  const second = await there.read(FAR);

  expect(before).toBe(false);
  expect(found).toEqual([true, false]);
  expect(Buffer.from(first ?? [])).toEqual(content);
  expect(Buffer.from(second ?? [])).toEqual(content);
});

test('a result with a flipped byte is counted, dropped, and computed again', async () => {
  const [here, there] = [machine(), machine()];
  here.write(FAR, () => [content]);
  await here.flush();
  const stored = Buffer.from((await open().read(FAR)) ?? []);
  stored[stored.length - 1] = (stored.at(-1) ?? 0) ^ 1;
  await open().write(FAR, [stored]);

  await there.lookUp?.([FAR]);
  const read = await there.read(FAR);

  expect(read).toBeUndefined();
  expect(there.counts().damaged).toBe(1);
  expect(await open().has(FAR)).toBe(false);
});

longTest('storage that hangs delays no run for longer than its limit, and then is not used for a while', async () => {
  const here = machine({ lookUpMs: 200 });
  s3.freeze();

  await here.lookUp?.([FAR]);
  here.write(FAR, () => [content]);

  expect(here.has('cd'.repeat(32))).toBe(false);
  await expect.poll(() => here.has(FAR)).toBe(true);
  expect(Buffer.from((await here.read(FAR)) ?? [])).toEqual(content);
});

test('without the shared store the local results do alone, and say why', async () => {
  const here = machine();
  await s3.kill();

  here.write(FAR, () => [content]);
  await here.flush();

  expect(Buffer.from((await here.read(FAR)) ?? [])).toEqual(content);
  expect(here.counts().problem).toContain('ECONNREFUSED');
});
