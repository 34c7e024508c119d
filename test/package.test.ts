import { statSync } from 'node:fs';
import { join } from 'node:path';
import { INSTALL_C2PA } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { REPOSITORY } from './support/variations.js';

// What is in the npm package. test/long/package.test.ts packs, installs and runs it.

interface Pack {
  copiedFiles(): Readonly<Record<string, string>>;
  bundledFiles(): Promise<Readonly<Record<string, string>>>;
  manifest(): {
    readonly bin: Readonly<Record<string, string>>;
    readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
    readonly dependencies: Readonly<Record<string, string>>;
    readonly peerDependencies: Readonly<Record<string, string>>;
    readonly scripts?: unknown;
  };
}

const pack = (await import(join(REPOSITORY, 'scripts/pack.mjs'))) as Pack;

const sizeOf = (path: string) => statSync(join(REPOSITORY, path)).size;

test('the files that the npm package includes unchanged belong to the program, and to no test', () => {
  const files = pack.copiedFiles();
  const folders = new Set(Object.keys(files).map((path) => path.split('/')[0]));

  // The page is missing where it was not built yet.
  expect([...folders].filter((folder) => folder !== 'editor').toSorted()).toEqual(
    ['LICENSE', 'README.md', 'assets', 'esbuild', 'models', 'onnxruntime', 'workflows'].toSorted(),
  );
  expect(Object.values(files).filter((path) => /^(test|tools)\/|\.test\.|\.map$|\.tsbuildinfo$/.test(path))).toEqual(
    [],
  );
  expect(files['models/emoji-unclip/unet/diffusion_pytorch_model.safetensors']).toBeDefined();
  expect(files['models/emoji-unclip/LICENSE']).toBeDefined();
  expect(files['workflows/image-variations.json']).toBeDefined();
});

test('the npm package has the native files of ONNX Runtime for one platform, and stays small', () => {
  const files = Object.entries(pack.copiedFiles());
  const native = files.filter(([path]) => /\.(node|so\b.*|dylib|dll)$/.test(path));
  const bytes = files.reduce((sum, [, path]) => sum + sizeOf(path), 0);

  expect(native.map(([path]) => path.split('/').slice(0, -1).join('/'))).toEqual(
    native.map(() => 'onnxruntime/bin/napi-v6/linux/x64'),
  );
  expect(native.length).toBeGreaterThan(1);
  expect(bytes).toBeLessThan(90e6);
});

test('each command and each entry of the npm package is bundled from a file that is built', async () => {
  const { bin, exports, dependencies, scripts } = pack.manifest();
  const bundled = await pack.bundledFiles();
  const targets = Object.values(exports).flatMap((target) => (typeof target === 'string' ? [] : [target.default]));

  const made = [...Object.values(bin), ...targets.map((target) => target.slice('./'.length))];
  expect(made.filter((path) => bundled[path.replace(/\.js$/, '')] === undefined)).toEqual([]);
  expect(targets.length).toBeGreaterThan(1);
  expect(Object.values(bundled).filter((path) => sizeOf(path) === 0)).toEqual([]);
  // Installing runs no code, and needs exactly what the program was tested with.
  expect(scripts).toBeUndefined();
  expect(Object.values(dependencies).filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

test('what is optional is not installed by itself, and is the version that the program names', () => {
  const { peerDependencies } = pack.manifest();

  expect(INSTALL_C2PA).toMatch(new RegExp(`@contentauth/c2pa-node@${peerDependencies['@contentauth/c2pa-node']}$`));
  expect(peerDependencies['onnxruntime-node']).toMatch(/^\d+\.\d+\.\d+$/);
});
