import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createTerminal, installCuda } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { type PythonIndex, type PythonPackages, startPythonIndex, zipOf } from '../../support/python-index.js';
import { tempFolder } from '../../support/temp-folder.js';
import { createTestIo, unclip } from '../../support/unclip.js';

const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { readonly version: string };
const LIBRARY = Buffer.from('a library '.repeat(1000));
const PROVIDER = Buffer.from('a provider '.repeat(1000));

/** Wheels by package; each has a library, other files, and a path that leads out. */
const PACKAGES: PythonPackages = Object.fromEntries(
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
  const index = await startPythonIndex(PACKAGES, 'json');
  const { code, out, err, home, nativeFolder } = await install(index, 'y\n');
  const again = await install(index, '', home);

  expect(code).toBe(0);
  expect(err).toMatch(/nvidia_cublas-13\.2\.1-py3-none-manylinux_2_27_x86_64\.whl {2}0\.\d MB\n/);
  expect(err).toMatch(/Continue\? \[y\/N\]/);
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
  const index = await startPythonIndex(PACKAGES, 'json');
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
  const index = await startPythonIndex(PACKAGES, 'html', 'nvidia-cufft');
  const home = tempFolder();

  await expect(install(index, 'y\n', home)).rejects.toThrow(
    /nvidia_cufft.*the bytes have another digest than the index says/,
  );

  expect(existsSync(join(home, '.cache/unclip-cuda/nvidia/cu13/lib/libcufft.so.12'))).toBe(false);
});

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
