import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { createTerminal, installCuda } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { createTestIo, unclip } from '../../support/unclip.js';

const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { readonly version: string };
const LIBRARY = Buffer.from('a library '.repeat(1000));
const PROVIDER = Buffer.from('a provider '.repeat(1000));

/** Wheels by package; each has a library, other files, and a path that leads out. */
const PACKAGES: Readonly<Record<string, { readonly file: string; readonly wheel: Buffer }>> = Object.fromEntries(
  [
    [
      'onnxruntime-gpu',
      version,
      'cp312-cp312-manylinux_2_28_x86_64',
      'onnxruntime/capi/libonnxruntime_providers_cuda.so',
    ],
    ['nvidia-cublas', '13.2.1', 'py3-none-manylinux_2_27_x86_64', 'nvidia/cu13/lib/libcublasLt.so.13'],
    ['nvidia-cuda-runtime', '13.0.9', 'py3-none-manylinux_2_17_x86_64', 'nvidia/cu13/lib/libcudart.so.13'],
    ['nvidia-cuda-nvrtc', '13.0.9', 'py3-none-manylinux_2_17_x86_64', 'nvidia/cu13/lib/libnvrtc.so.13'],
    ['nvidia-curand', '10.4.0.35', 'py3-none-manylinux_2_27_x86_64', 'nvidia/cu13/lib/libcurand.so.10'],
    ['nvidia-cufft', '12.0.0.61', 'py3-none-manylinux_2_27_x86_64', 'nvidia/cu13/lib/libcufft.so.12'],
    ['nvidia-cudnn-cu13', '9.10.2.21', 'py3-none-manylinux_2_27_x86_64', 'nvidia/cudnn/lib/libcudnn.so.9'],
  ].map(([name = '', release = '', tag = '', path = '']) => {
    const content = name === 'onnxruntime-gpu' ? PROVIDER : LIBRARY;
    const wheel = zipOf({ [path]: content, 'LICENSE.txt': Buffer.from('words'), '../nvidia/lib/outside.so': LIBRARY });
    return [name, { file: `${name.replaceAll('-', '_')}-${release}-${tag}.whl`, wheel }];
  }),
);

test('CUDA is fetched after a question, verified and unpacked, and what is there is not fetched again', async () => {
  const index = await pythonIndex('json');
  const { code, out, err, home, nativeFolder } = await install(index, 'y\n');
  const again = await install(index, '', home);

  expect(code).toBe(0);
  expect(err).toMatch(/nvidia_cublas-13\.2\.1-py3-none-manylinux_2_27_x86_64\.whl {2}0\.\d MB\n/);
  expect(err).toMatch(/Go on\? \[y\/N\]/);
  const folder = join(home, '.cache/unclip-cuda');
  expect(readFileSync(join(folder, 'nvidia/cu13/lib/libcublasLt.so.13')).equals(LIBRARY)).toBe(true);
  expect(readdirSync(join(folder, 'nvidia/cu13/lib'))).toHaveLength(5);
  expect(readdirSync(join(folder, 'nvidia/cudnn/lib'))).toEqual(['libcudnn.so.9']);
  expect(readFileSync(join(nativeFolder, 'libonnxruntime_providers_cuda.so')).equals(PROVIDER)).toBe(true);
  expect(readdirSync(nativeFolder)).toHaveLength(1);
  expect(out).toBe(`export LD_LIBRARY_PATH="$(echo ${folder}/nvidia/*/lib | tr ' ' ':')"\n`);
  expect(again.code).toBe(0);
  expect(index.fetched).toHaveLength(7);
});

test('without a yes nothing is fetched', async () => {
  const index = await pythonIndex('json');
  const home = tempFolder();
  const { code, stderr } = await unclip(['devices', '--install', 'cuda'], {
    input: '\n',
    env: { HOME: home, PIP_INDEX_URL: index.url },
  });

  expect([code, index.fetched]).toEqual([2, []]);
  expect(stderr).toContain('Nothing was installed.');
  expect(existsSync(join(home, '.cache'))).toBe(false);
});

test('a wheel with another checksum than the index says is refused', async () => {
  const index = await pythonIndex('html', 'nvidia-cufft');
  const home = tempFolder();

  await expect(install(index, 'y\n', home)).rejects.toThrow(
    /nvidia_cufft.*the bytes have another digest than the index says/,
  );

  expect(existsSync(join(home, '.cache/unclip-cuda/nvidia/cu13/lib/libcufft.so.12'))).toBe(false);
});

interface PythonIndex {
  readonly url: string;
  /** Wheels. */
  readonly fetched: readonly string[];
}

async function install({ url }: PythonIndex, input: string, home = tempFolder()) {
  const nativeFolder = join(home, 'onnxruntime');
  const { io, printed } = createTestIo({ input, env: { HOME: home, PIP_INDEX_URL: url } });
  const code = await installCuda(
    { isAgreed: false, allowFetch: [], nativeFolder },
    { io, terminal: createTerminal(io) },
  );
  const { stdout: out, stderr: err } = printed();
  return { code, out, err, home, nativeFolder };
}

/** An index of Python packages, in the newer form or the older one. @param changed package whose bytes are others than it says */
async function pythonIndex(form: 'json' | 'html', changed?: string): Promise<PythonIndex> {
  const fetched: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    const [, kind = '', name = ''] = url.split('/');
    const found = PACKAGES[name];
    if (found === undefined) return response.writeHead(404).end();
    const { file, wheel } = found;
    if (kind === 'files') {
      fetched.push(file);
      return response.end(name === changed ? Buffer.from(wheel).fill(0, 40, 50) : wheel);
    }
    const hex = createHash('sha256').update(wheel).digest('hex');
    const older = file.replace(/-\d+\./, '-1.');
    if (form === 'html') {
      response.setHeader('content-type', 'text/html');
      const links = [older, file].map((one) => `<a href="../../files/${name}/${one}#sha256=${hex}">${one}</a><br/>`);
      return response.end(`<!DOCTYPE html><html><body>${links.join('\n')}</body></html>`);
    }
    response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
    const files = [older, file].map((filename) => ({
      ...{ filename, url: `../../files/${name}/${filename}`, hashes: { sha256: hex }, size: wheel.length },
    }));
    return response.end(JSON.stringify({ meta: { 'api-version': '1.0' }, name, files }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`, fetched };
}

/** Deflated, as wheels are. */
function zipOf(files: Readonly<Record<string, Buffer>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = deflateRawSync(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    parts.push(local, Buffer.from(name), packed);
    directory.push(entry, Buffer.from(name));
    offset += local.length + name.length + packed.length;
  }
  const all = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(all.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, all, end]);
}
