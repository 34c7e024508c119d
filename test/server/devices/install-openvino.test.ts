import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createTerminal, installOpenvino, realSurroundings } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { packedPlugin } from '../../support/packed-plugin.js';
import { startPythonIndex, zipOf } from '../../support/python-index.js';
import { tempFolder } from '../../support/temp-folder.js';
import { createTestIo } from '../../support/unclip.js';

const VERSION = '2026.4.1';
const LIBRARY = Buffer.from('a library '.repeat(100));
const LIBS = [
  'libopenvino.so.2641',
  'libopenvino_c.so.2641',
  'libopenvino_intel_cpu_plugin.so',
  'libopenvino_onnx_frontend.so.2641',
];
const MORE_LIBS = ['libtbb.so.12', 'libtbbmalloc.so.2', 'libhwloc.so.15'];
const UNUSED = [
  'libs/libopenvino_intel_gpu_plugin.so',
  'libs/libopenvino_pytorch_frontend.so.2641',
  'runtime.py',
  '../../libs/libtbb.so.1',
];

const WHEELS = {
  openvino: {
    file: `openvino-${VERSION}-21919-cp310-cp310-manylinux_2_28_x86_64.whl`,
    wheel: zipOf(
      Object.fromEntries(
        [...LIBS.concat(MORE_LIBS).map((name) => `libs/${name}`), ...UNUSED].map((name) => [
          `openvino/${name}`,
          LIBRARY,
        ]),
      ),
    ),
  },
};
const packageJson = (name: string) => JSON.stringify({ name, version: '3.3.4' });
const TARBALLS: Readonly<Record<string, Uint8Array>> = {
  koffi: packedPlugin({
    ...{ 'package.json': packageJson('koffi'), 'index.cjs': 'module.exports = 1;', 'cnoke.cjs': 'installs' },
    ...{ 'src/koffi/index.cjs': 'wraps', 'src/koffi/src/static.cjs': 'loads', 'src/koffi/src/call.cc': 'calls' },
  }),
  '@koromix/koffi-linux-x64': packedPlugin({
    ...{ 'package.json': packageJson('@koromix/koffi-linux-x64'), 'index.js': 'chooses' },
    ...{ 'linux_x64/koffi.node': 'native', 'musl_x64/koffi.node': 'native elsewhere' },
  }),
};

test('OpenVINO is fetched after a question, verified and unpacked with what calls it; what is there is not fetched again', async () => {
  const sources = await startSources();
  const home = tempFolder();
  const { code, err } = await install(sources, { input: 'y\n', home });
  const again = await install(sources, { input: '', home });

  expect(code).toBe(0);
  expect(err).toMatch(/openvino-2026\.4\.1-.*\.whl {2}0\.\d+ MB {2}from 127\.0\.0\.1:\d+\n/);
  expect(err).toMatch(/koffi@3\.3\.4 {2}from 127\.0\.0\.1:\d+\n/);
  expect(err).toContain('Continue? [y/N]');
  expect(err).toContain(`To remove it: rm -r ${join(home, '.cache/unclip-openvino')}`);
  const folder = join(home, '.cache/unclip-openvino', VERSION);
  expect(readdirSync(join(folder, 'openvino/libs')).sort()).toEqual([...LIBS, ...MORE_LIBS].sort());
  expect(readFileSync(join(folder, 'openvino/libs/libopenvino_c.so.2641')).equals(LIBRARY)).toBe(true);
  const modules = join(folder, 'node_modules');
  expect(readdirSync(join(modules, 'koffi'), { recursive: true }).sort()).toEqual(
    [
      'index.cjs',
      'package.json',
      'src',
      'src/koffi',
      'src/koffi/index.cjs',
      'src/koffi/src',
      'src/koffi/src/static.cjs',
    ].sort(),
  );
  expect(readFileSync(join(modules, '@koromix/koffi-linux-x64/linux_x64/koffi.node'), 'utf8')).toBe('native');
  expect(existsSync(join(modules, '@koromix/koffi-linux-x64/musl_x64'))).toBe(false);
  expect(again.code).toBe(0);
  expect(sources.index.fetched).toHaveLength(1);
  expect(sources.asked.filter((path) => path.startsWith('/files/'))).toHaveLength(2);
});

test('without a yes nothing is fetched', async () => {
  const sources = await startSources();
  const home = tempFolder();

  await expect(install(sources, { input: '\n', home })).rejects.toThrow('Nothing was installed.');

  expect([sources.index.fetched, sources.asked, existsSync(join(home, '.cache'))]).toEqual([[], [], false]);
});

test.each([
  ['a wheel', { changedWheel: 'openvino' }, /the bytes have another digest than the index says/],
  ['a package', { changedPackage: 'koffi' }, /koffi: what .* sent does not match the registry/],
])(
  '%s with another checksum than it was listed with is refused, and nothing counts as installed',
  async (_, changed, words) => {
    const sources = await startSources(changed);
    const home = tempFolder();

    await expect(install(sources, { input: 'y\n', home })).rejects.toThrow(words);

    expect(existsSync(join(home, '.cache/unclip-openvino', VERSION, 'node_modules/koffi/index.cjs'))).toBe(false);
  },
);

test('it is not installed where the processor could not use it', async () => {
  const sources = await startSources();

  await expect(install(sources, { input: 'y\n', home: tempFolder(), flags: 'avx2' })).rejects.toThrow(
    /it would not be used here, since the processor has no instructions for bfloat16/,
  );
});

type Sources = Awaited<ReturnType<typeof startSources>>;

interface Installing {
  readonly input: string;
  readonly home: string;
  readonly flags?: string;
}

async function install({ index, registry }: Sources, { input, home, flags = 'avx512_bf16' }: Installing) {
  const env = { HOME: home, PIP_INDEX_URL: index.url };
  const { io, printed } = createTestIo({ input, env });
  const around = {
    ...realSurroundings(env),
    ...({ platform: 'linux', arch: 'x64', read: () => `flags : ${flags}` } as const),
  };
  const options = { isAgreed: false, allowFetch: [], registry, around };
  const code = await installOpenvino(options, { io, terminal: createTerminal(io) });
  return { code, err: printed().stderr };
}

/** An index of Python packages, and a registry of npm packages. */
async function startSources({ changedWheel, changedPackage }: { changedWheel?: string; changedPackage?: string } = {}) {
  const index = await startPythonIndex(WHEELS, 'json', changedWheel);
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    const path = decodeURIComponent(url);
    asked.push(path);
    const name = path.replace(/^\/(?:files\/)?/, '');
    const tarball = TARBALLS[name];
    if (tarball === undefined) return void response.writeHead(404).end('{}');
    if (path.startsWith('/files/')) return void response.end(name === changedPackage ? packedPlugin({}) : tarball);
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    const dist = { tarball: `${registry}/files/${encodeURIComponent(name)}`, integrity };
    response.end(JSON.stringify({ 'dist-tags': {}, versions: { '3.3.4': { dist } } }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { index, registry, asked };
}
