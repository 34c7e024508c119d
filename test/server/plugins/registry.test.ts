import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { packedPlugin } from '../../support/packed-plugin.js';
import { pluginCode } from '../../support/plugin-folder.js';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

const sha512 = (bytes: Uint8Array) => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
const packed = (name: string, version: string, code = pluginCode('return inputs;')) =>
  packedPlugin({ 'package.json': JSON.stringify({ name, version, keywords: ['unclip-nodes'] }), 'index.ts': code });

interface Published {
  readonly tarball: Uint8Array;
  readonly integrity?: string | undefined;
}

/** Answers as a registry of npm does: what it has can be changed. */
async function startRegistry(versions: Record<string, Published>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const file = /^\/files\/(.+)\.tgz$/.exec(request.url ?? '')?.[1];
    const published = file === undefined ? undefined : versions[file];
    if (published !== undefined) return void response.end(published.tarball);
    if (request.url !== '/mine' && request.url !== '/@me%2fmine') return void response.writeHead(404).end('{}');
    const entries = Object.entries(versions).map(([version, { tarball, integrity = sha512(tarball) }]) => [
      version,
      { dist: { tarball: `${address}/files/${version}.tgz`, ...(integrity !== '' && { integrity }) } },
    ]);
    response.end(
      JSON.stringify({ 'dist-tags': { latest: '1.1.0', old: '1.0.0' }, versions: Object.fromEntries(entries) }),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dataFolder = tempFolder();
  const add = (name: string, ...more: readonly string[]) =>
    unclip(['plugins', 'add', name, '--data-dir', dataFolder, '--registry', address, ...more], { cwd: tempFolder() });
  const lock = () => JSON.parse(readFileSync(join(dataFolder, 'plugins/plugins-lock.json'), 'utf8')).plugins;
  return { address, asked, add, lock, dataFolder };
}

test('a package is fetched from a registry, by its tag or version, checked and written into the lock file', async () => {
  const versions = {
    '1.0.0': { tarball: packed('mine', '1.0.0') },
    '1.1.0': { tarball: packed('mine', '1.1.0') },
  };
  const { address, asked, add, lock, dataFolder } = await startRegistry(versions);

  const latest = await add('mine');
  const afterLatest = lock().mine;
  const exact = await add('mine@1.0.0');

  expect(latest.stdout).toContain('Added mine@1.1.0.');
  expect(afterLatest).toMatchObject({
    ...{ version: '1.1.0', from: 'mine', resolved: `${address}/files/1.1.0.tgz` },
    integrity: sha512(versions['1.1.0'].tarball),
  });
  expect(exact.stdout).toContain('Added mine@1.0.0.');
  expect(lock().mine.version).toBe('1.0.0');
  expect(existsSync(join(dataFolder, 'plugins/mine/index.ts'))).toBe(true);
  expect(asked).toEqual(['GET /mine', 'GET /files/1.1.0.tgz', 'GET /mine', 'GET /files/1.0.0.tgz']);
});

test('a package with a scope is requested in one part of the address', async () => {
  const { add, asked } = await startRegistry({ '1.0.0': { tarball: packed('@me/mine', '1.0.0') } });

  expect((await add('@me/mine@old')).stdout).toContain('Added @me/mine@1.0.0.');
  expect(asked[0]).toBe('GET /@me%2fmine');
});

test.each([
  [
    'bytes that are not those of the registry',
    'mine',
    { integrity: sha512(packed('mine', '9.9.9')) },
    'its sha512 is different',
  ],
  ['no sha512', 'mine', { integrity: '' }, 'gives no sha512 of mine@1.1.0'],
  ['the weak hash alone', 'mine', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }, 'gives no sha512'],
  ['another name', 'mine', { tarball: packed('other', '1.1.0') }, 'mine@1.1.0 says that it is other@1.1.0'],
  ['another version', 'mine', { tarball: packed('mine', '7.0.0') }, 'says that it is mine@7.0.0'],
  ['no such version', 'mine@3.0.0', {}, 'has no mine@3.0.0; it has latest, old, 1.1.0'],
  ['no such package', 'nobody', {}, 'has no such package'],
  ['a range', 'mine@^1.0.0', {}, 'expected a file, or the name of a package'],
  ['a path', '../mine', {}, 'expected a file, or the name of a package'],
  ['a folder', './', {}, 'expected a package, got a folder. Pack it first (npm pack ./)'],
])('a package with %s is not added', async (_, name, published, problem) => {
  const { add, dataFolder } = await startRegistry({ '1.1.0': { tarball: packed('mine', '1.1.0'), ...published } });

  const added = await add(name);

  expect(added).toMatchObject({ code: 2, stderr: expect.stringContaining(problem) });
  expect(existsSync(join(dataFolder, 'plugins/plugins-lock.json'))).toBe(false);
});

test('a version for which the registry gives other bytes than before is not added again', async () => {
  const versions = { '1.1.0': { tarball: packed('mine', '1.1.0') } };
  const { add, lock } = await startRegistry(versions);
  await add('mine');
  const before = lock();
  versions['1.1.0'] = { tarball: packed('mine', '1.1.0', pluginCode('return { image: [] };')) };

  const again = await add('mine');

  expect(again.stderr).toContain('the registry now gives other bytes for mine@1.1.0 than when it was added');
  expect(lock()).toEqual(before);
});

test('tarballs of a host of the own network are fetched only where that is allowed', async () => {
  const files = await startRegistry({ '1.1.0': { tarball: packed('mine', '1.1.0') } });
  const about = createServer((_, response) => {
    const { tarball } = { tarball: `${files.address}/files/1.1.0.tgz` };
    const integrity = sha512(packed('mine', '1.1.0'));
    response.end(
      JSON.stringify({ 'dist-tags': { latest: '1.1.0' }, versions: { '1.1.0': { dist: { tarball, integrity } } } }),
    );
  });
  await new Promise<void>((done) => about.listen(0, '127.0.0.1', done));
  onTestFinished(() => void about.close());
  const registry = `http://127.0.0.1:${(about.address() as AddressInfo).port}`;
  const dataFolder = tempFolder();
  const add = (...more: readonly string[]) =>
    unclip(['plugins', 'add', 'mine', '--data-dir', dataFolder, ...more], {
      cwd: dataFolder,
      env: { UNCLIP_REGISTRY: registry },
    });

  const refused = await add();
  const allowed = await add('--allow-fetch', new URL(files.address).host);

  expect(refused.stderr).toContain('allow it with --allow-fetch');
  expect(files.asked).toEqual(['GET /files/1.1.0.tgz']);
  expect(allowed.stdout).toContain('Added mine@1.1.0.');
});
