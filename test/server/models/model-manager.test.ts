import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SMALL_CHECKPOINT } from '../../support/checkpoint-copy.js';
import { loraFile } from '../../support/lora-file.js';
import { sharedTestServer } from '../../support/shared-server.js';
import { standInHub } from '../../support/stand-in-hub.js';
import { tempFolder } from '../../support/temp-folder.js';
import { type Answer, eventsOf, startTestServer, type TestServer } from '../../support/test-server.js';

const SHA = 'c0ffee'.padEnd(40, '0');
const REPOSITORY = 'maker/kite-style';
const LORA = 'kite.safetensors';

const sharedServer = sharedTestServer();

test('a model is downloaded after its licence was accepted, listed as managed, deleted and restored', async () => {
  const bytes = loraFile(768, { 'modelspec.trigger_phrase': 'kite style' }, 64);
  const hub = await standInHub(REPOSITORY, { [LORA]: bytes, 'README.md': Buffer.from('# Kite') });
  hub.describe({ license: 'openrail++', tags: ['lora'], sha: SHA });
  const { server, own } = await startWith(hub.endpoint);
  const offer = await server.ask('POST', '/api/models/offers', { repository: REPOSITORY });

  const refused = await download(server, { acceptedLicense: 'mit' });
  const listener = await server.listen();
  listener.socket.send('{"type":"hello"}');
  const started = await download(server, { acceptedLicense: 'openrail++' });
  await untilState(server, started.body.id, 'done');

  expect(offer.body).toMatchObject({
    ...{ repository: REPOSITORY, revision: SHA, type: 'lora', name: `kite-style/${LORA}` },
    files: [{ path: LORA, sizeBytes: bytes.length }],
    license: { name: 'openrail++', url: `${hub.endpoint}/${REPOSITORY}` },
  });
  expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('Read and accept it first')]);
  expect(readFileSync(join(own, 'loras/kite-style', LORA)).equals(bytes)).toBe(true);
  await listener.until(() => eventsOf(listener).find(({ type }) => type === 'models-changed'));
  const told = eventsOf(listener).filter(({ type }) => type === 'model-download-changed');
  expect(told.map(({ download: { state } }) => state)).toEqual(expect.arrayContaining(['waiting', 'running', 'done']));

  const listed = await installed(server, `kite-style/${LORA}`);
  expect(listed).toMatchObject({
    ...{ type: 'lora', family: 'Stable Diffusion 1', precisions: ['float16'], sizeBytes: bytes.length },
    ...{ triggerWords: ['kite style'], managed: true, repository: REPOSITORY, license: { name: 'openrail++' } },
  });
  const deleted = await server.ask('POST', '/api/models/deletions', { model: listed.id });
  expect([deleted.status, await installed(server, `kite-style/${LORA}`)]).toEqual([201, undefined]);
  expect(existsSync(join(own, 'loras/kite-style'))).toBe(false);

  const restored = await server.ask('POST', `/api/models/deletions/${deleted.body.id}/restore`);
  expect([restored.status, (await installed(server, `kite-style/${LORA}`))?.managed]).toEqual([204, true]);
  expect(readFileSync(join(own, 'loras/kite-style', LORA)).equals(bytes)).toBe(true);
});

test('a download continues when the server restarts', async () => {
  const bytes = loraFile(768, {}, 512);
  const hub = await standInHub(REPOSITORY, { [LORA]: bytes });
  hub.describe({ license: 'mit', tags: ['lora'], sha: SHA });
  const stalled = hub.stall(LORA, 300_000);
  const { server, dataFolder, own } = await startWith(hub.endpoint);
  const started = await download(server, { acceptedLicense: 'mit' });
  await stalled;
  const part = join(own, 'loras/.pull-kite-style', `${LORA}.part`);
  await expect.poll(() => (existsSync(part) ? readFileSync(part).length : 0)).toBeGreaterThan(0);
  await server.close();
  const partBytes = readFileSync(part).length;
  hub.seen.length = 0;

  const { server: again } = await startWith(hub.endpoint, dataFolder);
  await untilState(again, started.body.id, 'done');

  const ranges = hub.seen.filter(({ toStorage }) => toStorage).map(({ range }) => range);
  expect(ranges).toEqual([`bytes=${partBytes}-`]);
  expect(readFileSync(join(own, 'loras/kite-style', LORA)).equals(bytes)).toBe(true);
  expect(readdirSync(join(dataFolder, 'model-downloads'))).toEqual([]);
});

test('bytes with another digest than the hub lists fail the download, which can be resumed once they are right', async () => {
  const hub = await standInHub(REPOSITORY, { [LORA]: loraFile(768) });
  hub.describe({ license: 'mit', tags: ['lora'], sha: SHA });
  hub.corrupt(LORA);
  const { server, own } = await startWith(hub.endpoint);
  const started = await download(server, { acceptedLicense: 'mit' });

  const failed = await untilState(server, started.body.id, 'failed');

  expect(failed.problem).toContain('the bytes have another digest');
  expect(existsSync(join(own, 'loras/kite-style'))).toBe(false);
  const resumed = await server.ask('POST', `/api/models/downloads/${started.body.id}/resume`);
  expect([resumed.status, resumed.body.problem]).toEqual([200, undefined]);
  await untilState(server, started.body.id, 'failed');
  hub.repair(LORA);
  await server.ask('POST', `/api/models/downloads/${started.body.id}/resume`);
  await untilState(server, started.body.id, 'done');
});

test('a connection that breaks off is made again, and the rest fetched', async () => {
  const bytes = loraFile(768, {}, 512);
  const hub = await standInHub(REPOSITORY, { [LORA]: bytes });
  hub.describe({ license: 'mit', tags: ['lora'], sha: SHA });
  hub.breakOff(LORA, 200_000);
  const { server, own } = await startWith(hub.endpoint);

  const started = await download(server, { acceptedLicense: 'mit' });
  await untilState(server, started.body.id, 'done');

  expect(readFileSync(join(own, 'loras/kite-style', LORA)).equals(bytes)).toBe(true);
});

test('of a repository with several models in one file each one is chosen first', async () => {
  const hub = await standInHub(REPOSITORY, { 'a.safetensors': loraFile(768), 'b.safetensors': loraFile(1024) });
  hub.describe({ tags: ['lora'] });
  const { server } = await startWith(hub.endpoint);

  const { body } = await server.ask('POST', '/api/models/offers', { repository: REPOSITORY });
  const refused = await download(server, { acceptedLicense: '' });
  const chosen = await download(server, { acceptedLicense: '', file: 'b.safetensors' });

  expect(body).toMatchObject({ choices: ['a.safetensors', 'b.safetensors'], files: [], license: { name: '' } });
  expect([refused.status, chosen.status, chosen.body.name]).toEqual([409, 201, 'kite-style/b.safetensors']);
});

test('a model that the disk has no room for is refused before anything is fetched', async () => {
  const hub = await standInHub(REPOSITORY, { [LORA]: loraFile(768) });
  hub.describe({ license: 'mit', tags: ['lora'], sha: SHA });
  hub.claimSize(LORA, 2 ** 52);
  const { server } = await startWith(hub.endpoint);

  const refused = await download(server, { acceptedLicense: 'mit' });

  expect([refused.status, refused.body.detail]).toEqual([
    507,
    expect.stringMatching(/GB are needed and .* GB are free/),
  ]);
  expect(hub.seen.some(({ path }) => path.includes('/resolve/'))).toBe(false);
});

test('a cancelled download leaves nothing behind', async () => {
  const hub = await standInHub(REPOSITORY, { [LORA]: loraFile(768, {}, 512) });
  hub.describe({ license: 'mit', tags: ['lora'], sha: SHA });
  const stalled = hub.stall(LORA, 300_000);
  const { server, own } = await startWith(hub.endpoint);
  const started = await download(server, { acceptedLicense: 'mit' });
  await stalled;

  const cancelled = await server.ask('DELETE', `/api/models/downloads/${started.body.id}`);

  expect(cancelled.status).toBe(204);
  expect((await server.ask('GET', '/api/models/downloads')).body.downloads).toEqual([]);
  expect(readdirSync(join(own, 'loras'))).toEqual([]);
});

test('a whole checkpoint is downloaded as a folder, and its health is reported', async () => {
  const hub = await standInHub('org/tiny', filesOf(SMALL_CHECKPOINT));
  hub.describe({ license: 'mit', sha: SHA });
  const { server } = await startWith(hub.endpoint);
  const started = await download(server, { repository: 'org/tiny', acceptedLicense: 'mit' });
  await untilState(server, started.body.id, 'done');
  const { id, type, managed, fits } = await installed(server, 'tiny');

  const health = await server.ask('GET', `/api/models/installed/${id}/health`);

  expect({ type, managed, fits }).toEqual({ type: 'checkpoint', managed: true, fits: undefined });
  expect(health.body.problem).toBeUndefined();
  expect(health.body.facts.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(['layout', 'unet', 'vae', 'scheduler', 'memory', 'state']),
  );
});

test('what was not downloaded here, or was changed since, is managed elsewhere and not deleted', async () => {
  const hub = await standInHub(REPOSITORY, { [LORA]: loraFile(768) });
  hub.describe({ license: 'mit', tags: ['lora'], sha: SHA });
  const { server, own } = await startWith(hub.endpoint);
  mkdirSync(join(own, 'loras'), { recursive: true });
  writeFileSync(join(own, 'loras/mine.safetensors'), loraFile(1024));
  const started = await download(server, { acceptedLicense: 'mit' });
  await untilState(server, started.body.id, 'done');
  const file = join(own, 'loras/kite-style', LORA);
  writeFileSync(file, loraFile(768, {}, 3));

  for (const name of ['mine.safetensors', `kite-style/${LORA}`]) {
    const model = await installed(server, name);
    const refused = await server.ask('POST', '/api/models/deletions', { model: model.id });
    expect([model.managed, refused.status]).toEqual([false, 409]);
    expect(refused.body.detail).toContain('is managed elsewhere');
  }
  expect(existsSync(file)).toBe(true);
});

test('files that others put next to a downloaded model stay when it is deleted', async () => {
  const hub = await standInHub(REPOSITORY, { [LORA]: loraFile(768) });
  hub.describe({ license: 'mit', tags: ['lora'], sha: SHA });
  const { server, own } = await startWith(hub.endpoint);
  const started = await download(server, { acceptedLicense: 'mit' });
  await untilState(server, started.body.id, 'done');
  writeFileSync(join(own, 'loras/kite-style/notes.txt'), 'mine');

  const { id } = await installed(server, `kite-style/${LORA}`);
  const deleted = await server.ask('POST', '/api/models/deletions', { model: id });
  const purged = await server.ask('DELETE', `/api/models/deletions/${deleted.body.id}`);

  expect([deleted.status, purged.status]).toEqual([201, 204]);
  expect(readdirSync(join(own, 'loras/kite-style'))).toEqual(['notes.txt']);
  expect(readdirSync(join(own, '.unclip/trash'))).toEqual([]);
});

test('a link in the folder of models leads neither downloads nor deletions out of it', async () => {
  const hub = await standInHub(REPOSITORY, { [LORA]: loraFile(768) });
  hub.describe({ license: 'mit', tags: ['lora'], sha: SHA });
  const { server, own } = await startWith(hub.endpoint);
  const elsewhere = tempFolder();
  mkdirSync(own, { recursive: true });
  symlinkSync(elsewhere, join(own, 'loras'));

  const refused = await download(server, { acceptedLicense: 'mit' });

  expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('is a link to')]);
  expect(readdirSync(elsewhere)).toEqual([]);
});

test('a record that names files outside the folder is invalid', async () => {
  const { server, own } = await startWith('http://127.0.0.1:9');
  const records = join(own, '.unclip/models');
  mkdirSync(records, { recursive: true });
  const victim = join(own, 'loras', LORA);
  mkdirSync(join(own, 'loras'));
  writeFileSync(victim, loraFile(768));
  const id = '00000000-0000-4000-8000-000000000000';
  const record = {
    ...{ id, type: 'lora', name: LORA, path: 'loras/../loras', repository: REPOSITORY, revision: SHA },
    ...{ license: { name: '', url: '' }, downloadedAt: '2026-01-01T00:00:00.000Z' },
    files: [{ path: '../loras/kite.safetensors', sizeBytes: 1, modifiedMs: 1 }],
  };
  writeFileSync(join(records, `${id}.json`), JSON.stringify(record));

  const { managed } = await installed(server, LORA);

  expect(managed).toBe(false);
});

test.each([
  ['../../etc/passwd'],
  ['maker/..'],
  ['maker/.hidden'],
  ['maker/a/b'],
  ['maker/%2e%2e'],
  ['https://127.0.0.1/x'],
])('the repository name %s is refused', async (repository) => {
  const server = await sharedServer();

  const { status } = await server.ask('POST', '/api/models/downloads', { repository, acceptedLicense: '' });

  expect(status).toBe(400);
});

test('downloads and deletions need the full token, and not a share link', async () => {
  const server = await sharedServer();
  const workflow = { format: 'unclip-workflow', version: 1, title: 'Shared', nodes: {} };
  await server.ask('PUT', '/api/workflows/shared', { workflow, baseRevision: 0 });
  const grant = await server.ask('POST', '/api/grants', { kind: 'view', workflowName: 'shared' });
  const asGrant = { authorization: `Bearer ${grant.body.secret}` };

  const answers = await Promise.all([
    server.ask('POST', '/api/models/downloads', { repository: REPOSITORY, acceptedLicense: '' }, asGrant),
    server.ask('POST', '/api/models/offers', { repository: REPOSITORY }, asGrant),
    server.ask('POST', '/api/models/deletions', { model: 'a'.repeat(24) }, asGrant),
    server.ask('GET', '/api/models/installed', undefined, asGrant),
  ]);

  expect(grant.status).toBe(201);
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
});

async function startWith(endpoint: string, dataFolder = tempFolder()) {
  const own = join(dataFolder, 'own-models');
  const hub = { endpoint, allowedHosts: ['127.0.0.1'] };
  const server = await startTestServer(dataFolder, {}, { hub, machine: { modelFolders: [own] } });
  onTestFinished(() => server.close());
  return { server, dataFolder, own };
}

function download(server: TestServer, request: Readonly<Record<string, string>>): Promise<Answer> {
  return server.ask('POST', '/api/models/downloads', { repository: REPOSITORY, ...request });
}

async function untilState(server: TestServer, id: string, state: string): Promise<Answer['body']> {
  const find = async () => {
    const { downloads } = (await server.ask('GET', '/api/models/downloads')).body;
    return downloads.find((one: { id: string }) => one.id === id);
  };
  await expect.poll(async () => (await find())?.state, { timeout: 15_000 }).toBe(state);
  return find();
}

async function installed(server: TestServer, name: string): Promise<Answer['body']> {
  const { models } = (await server.ask('GET', '/api/models/installed')).body;
  return models.find((model: { name: string }) => model.name === name);
}

function filesOf(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    paths
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), path]),
  );
}
