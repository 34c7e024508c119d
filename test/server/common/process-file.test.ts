import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Script } from 'node:vm';
import { expect, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';

const BUILT = fileURLToPath(new URL('../../../packages/server/dist/', import.meta.url));
const PACKAGES = ['server', 'nodes-unclip', 'graph-core', 'protocol', 'comfyui'];
const PROCESSES = ['cli', 'worker-main', 'probe-main', 'image-process', 'import-process'] as const;

type ProcessFile = (name: (typeof PROCESSES)[number]) => string;

function write(path: string, seconds: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  utimesSync(path, seconds, seconds);
}

/** A copy of the function among packages that were built at 100 s. */
async function inPackages(bundledAt?: number): Promise<{ readonly folder: string; readonly processFile: ProcessFile }> {
  const folder = tempFolder();
  const copy = join(folder, 'server/dist/common/process-file.js');
  mkdirSync(dirname(copy), { recursive: true });
  // Without the name of its map, which is for the place it comes from.
  writeFileSync(
    copy,
    readFileSync(join(BUILT, 'common/process-file.js'), 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, ''),
  );
  for (const name of PACKAGES) write(join(folder, name, 'dist/.tsbuildinfo'), 100);
  if (bundledAt !== undefined) write(join(folder, 'server/dist/bundled/worker-main.js'), bundledAt);
  return { folder, processFile: (await import(pathToFileURL(copy).href)).processFile };
}

const PLAIN = 'server/dist/worker/worker-main.js';

test('a process starts from its bundle', async () => {
  const { folder, processFile } = await inPackages(100);
  expect(processFile('worker-main')).toBe(join(folder, 'server/dist/bundled/worker-main.js'));
});

test('without a bundle it starts from the file that the bundle would be made of', async () => {
  const { folder, processFile } = await inPackages();
  expect(processFile('worker-main')).toBe(join(folder, PLAIN));
});

test('a bundle from before the last build of any package is not used', async () => {
  for (const name of PACKAGES) {
    const { folder, processFile } = await inPackages(100);
    write(join(folder, name, 'dist/.tsbuildinfo'), 101);
    expect(processFile('worker-main'), name).toBe(join(folder, PLAIN));
  }
});

test.each(PROCESSES)('%s has its bundle, and a file to be made of', async (name) => {
  const { processFile } = (await import(pathToFileURL(join(BUILT, 'common/process-file.js')).href)) as {
    readonly processFile: ProcessFile;
  };
  // Where coverage is taken there are no bundles.
  if (process.env['UNCLIP_COVERAGE_DIR'] === undefined) {
    expect(processFile(name)).toBe(join(BUILT, 'bundled', `${name}.js`));
  }
  const { folder, processFile: plainFile } = await inPackages();
  expect(existsSync(plainFile(name).replace(join(folder, 'server/dist'), BUILT))).toBe(true);
});

test('the worker starts from compiled code that this Node accepts', async () => {
  // Where coverage is taken there are no bundles.
  if (process.env['UNCLIP_COVERAGE_DIR'] !== undefined) return;
  const { cachePath, openScript } = (await import(
    new URL('../../../scripts/cached-script.mjs', import.meta.url).href
  )) as {
    cachePath(path: string): string;
    openScript(path: string, cachedData: Buffer): Script;
  };
  const path = join(BUILT, 'bundled/worker-main.cjs');

  const script = openScript(path, readFileSync(cachePath(path)));

  expect(script.cachedDataRejected).toBe(false);
});
