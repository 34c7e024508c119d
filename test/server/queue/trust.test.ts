import { WorkersOutOfReach } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { makeCertificate, WHY_NO_CERTIFICATES } from '../../support/certificates.js';
import { expectKeptPromises, sleepThenSave } from '../../support/queue-promises.js';
import { startTestWorker, testQueue } from '../../support/queue-rig.js';
import { freePort, startTestRedis, type TestRedis, WHY_NO_REDIS } from '../../support/redis-server.js';
import { type RigSettings, type RunServiceRig, runServiceRig, waitUntil } from '../../support/run-service-rig.js';
import { tempFolder } from '../../support/temp-folder.js';

const testWithRedis = test.skipIf(WHY_NO_REDIS !== undefined);

async function redisWith(...settings: readonly string[]): Promise<TestRedis> {
  const redis = await startTestRedis({ folder: tempFolder(), settings });
  onTestFinished(redis.end);
  return redis;
}

async function rigOn(settings: RigSettings): Promise<RunServiceRig> {
  const rig = await runServiceRig(tempFolder(), settings);
  onTestFinished(rig.close);
  return rig;
}

const untilReady = ({ service }: RunServiceRig) => waitUntil(() => service.status().canTakeWork, 20_000);
const run = (rig: RunServiceRig) =>
  expectKeptPromises(rig, [rig.service.enqueue({ workflow: sleepThenSave(1, { steps: 2 }) }).id]);

testWithRedis('messages signed with another key are ignored, and the operator is notified once', async () => {
  const redis = await redisWith();
  const rig = await rigOn({ redis, remoteWorkers: 0 });
  const config = { blobsFolder: tempFolder(), modelFolders: [], imageFolders: [], cacheBytes: 1e6, devNodes: true };
  const { address, times } = testQueue(redis);
  const stranger = startTestWorker(
    redis,
    { config },
    { address: { ...address, key: 'another key of a stranger' }, times },
  );
  onTestFinished(() => stranger.close());

  await waitUntil(() => rig.service.figures().unsigned > 1, 20_000);

  expect(rig.service.workers()).toEqual([]);
  expect(rig.service.status().canTakeWork).toBe(false);
  expect(rig.notices).toEqual([
    `Something at redis://127.0.0.1:${redis.port} says what is not signed with this server's key, and is not listened ` +
      'to. A worker with another UNCLIP_QUEUE_KEY, or of another version? Give all the same.',
  ]);
});

testWithRedis('a second server for the same queue is told to use another name, and takes nothing', async () => {
  const redis = await redisWith();
  const first = await rigOn({ redis });
  await untilReady(first);

  const second = await rigOn({ redis, remoteWorkers: 0 });
  await waitUntil(() => second.service.status().reason?.startsWith('Another server has the queue') === true, 20_000);

  expect(() => second.service.enqueue({ workflow: sleepThenSave(1) })).toThrow(WorkersOutOfReach);
  await run(first);
});

testWithRedis(
  'a Redis user with access only to the queue is sufficient, and a wrong password is reported',
  async () => {
    const redis = await redisWith();
    // As docs/decisions/0100 gives it.
    const rights = ['~unclip:*', '&unclip:*', '+@all', '-@admin', '-@dangerous', '+info'];
    await redis.command('ACL', 'SETUSER', 'studio', 'on', '>canary-password', ...rights);
    await redis.command('ACL', 'SETUSER', 'default', 'off');
    const at = `127.0.0.1:${redis.port}`;

    const rig = await rigOn({ redis: { url: `redis://studio:canary-password@${at}` } });
    const wrong = await rigOn({ redis: { url: `redis://studio:wrong-canary@${at}` }, remoteWorkers: 0 });

    await untilReady(rig);
    await run(rig);
    await waitUntil(() => wrong.service.status().reason?.includes('WRONGPASS') === true, 20_000);
    expect(wrong.service.status().reason).not.toContain('canary');
    expect(JSON.stringify([rig.service.workers(), rig.events])).not.toContain('canary-password');
  },
);

test.skipIf(WHY_NO_REDIS !== undefined || WHY_NO_CERTIFICATES !== undefined)(
  `Redis is reached by TLS, and only where the authority that is named vouches for it${note(WHY_NO_CERTIFICATES)}`,
  async () => {
    const port = await freePort();
    const certificate = makeCertificate(tempFolder());
    const files = ['--tls-cert-file', certificate.certFile, '--tls-key-file', certificate.keyFile];
    const more = ['--tls-ca-cert-file', certificate.caFile, '--tls-auth-clients', 'no'];
    await redisWith('--tls-port', String(port), ...files, ...more);
    const url = `rediss://localhost:${port}`;

    const rig = await rigOn({ redis: { url }, ca: certificate.ca });
    const distrustful = await rigOn({ redis: { url }, remoteWorkers: 0 });

    await untilReady(rig);
    await run(rig);
    await waitUntil(() => distrustful.service.status().reason?.includes('certificate') === true, 20_000);
  },
);

function note(why: string | undefined): string {
  return why === undefined ? '' : ` (${why})`;
}
