import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { ROOT } from './root.mjs';

const SERVER = join(ROOT, 'packages/server/dist');
const BUNDLED = join(SERVER, 'bundled');
// In the server's folder, whose packages they need that cannot be bundled.
const TEST_PROGRAMS = join(SERVER, 'test-programs');
const BUILT_TESTS = join(ROOT, 'dist-test');

// Of what a worker loads, these are read from many small files, which takes longer than running them.
const TAKEN_IN = /^(@unclip-studio\/|zod($|\/)|@huggingface\/tokenizers$)/;

/**
 * Bundles the built files of each process into a few large ones, from which it starts in a fraction of the time, unless
 * that is already done. Without them, or once the packages are rebuilt, processes start from the small files.
 */
export async function bundleProcesses() {
  // Loaded only now: this file is read before anything is installed and built.
  const { isBundled, PROCESSES } = await import('../packages/server/dist/common/process-file.js');
  if (isBundled('cli') && !isOlderThanHow(join(BUNDLED, 'cli.js'))) return;
  removeBundles();
  const { build } = await import('esbuild');
  const { [WORKER]: worker, ...others } = PROCESSES;
  const files = Object.entries(others).map(([name, file]) => [name, join(SERVER, 'common', file)]);
  const plugins = [keepPackages, keepPlaces];
  const common = { ...ANY, outdir: BUNDLED };
  await Promise.all([
    build({ ...common, ...WITH_PACKAGES, entryPoints: Object.fromEntries(files), splitting: true }),
    build({ ...common, ...wrapped, entryPoints: { [WORKER]: join(SERVER, 'common', worker) }, plugins }),
    build({ ...common, entryPoints: { [WORKER]: CACHED_START }, format: 'esm', plugins: [keepPackages, callsScript] }),
  ]);
  await makeCodeCache(join(BUNDLED, `${WORKER}.cjs`));
}

// Started more often than all others: again after each crash, and by each server. So that V8 need not compile it each time,
// it is a script, whose compiled code can be stored (with modules, Node can only from version 22 on).
const WORKER = 'worker-main';
const CACHED_START = join(ROOT, 'scripts/cached-script.mjs');

const wrapped = {
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  // A function, as Node makes one of a CommonJS file.
  banner: { js: '(function (require, bundleUrl, module) {' },
  footer: { js: '})' },
  define: { 'import.meta.url': 'bundleUrl' },
  // Of scripts with stored code Node refuses them; the packages that are loaded this way can be required.
  supported: { 'dynamic-import': false },
};

const callsScript = {
  name: 'calls-script',
  setup({ onLoad }) {
    onLoad({ filter: /cached-script\.mjs$/ }, ({ path }) => ({
      contents: `${readFileSync(path, 'utf8')}\nrunCachedScript(import.meta.url);`,
    }));
  },
};

/** Without stored code the process starts more slowly: it is not made where the process cannot start. */
async function makeCodeCache(path) {
  const config = {
    modelFolders: [],
    imageFolders: [],
    blobsFolder: '',
    cacheBytes: 0,
    devNodes: false,
    heartbeatMs: 1e6,
  };
  const child = fork(join(ROOT, 'scripts/make-code-cache.mjs'), [path, JSON.stringify(config)], { stdio: 'ignore' });
  await once(child, 'exit');
}

/** Makes processes start from the small files, until the next build. */
export function removeBundles() {
  for (const folder of [BUNDLED, TEST_PROGRAMS]) rmSync(folder, { recursive: true, force: true });
}

/**
 * Bundles programs that tests start many times, with all packages that can be: from hundreds of small files a start takes five times
 * the processor time. To be called after `bundleProcesses`, which removes them if the packages were built again.
 *
 * @param names of files in `test/support`, without their extension
 */
export async function bundleTestPrograms(names) {
  const builtMs = statSync(join(BUILT_TESTS, '.tsbuildinfo')).mtimeMs;
  const isFresh = (name) => existsSync(testProgram(name)) && statSync(testProgram(name)).mtimeMs >= builtMs;
  if (names.every(isFresh)) return;
  const { build } = await import('esbuild');
  const entryPoints = names.map((name) => join(BUILT_TESTS, 'support', `${name}.js`));
  await build({ ...ANY, ...WITH_PACKAGES, entryPoints, outdir: TEST_PROGRAMS });
}

/** Where the bundle of a program lies, if there is one. */
function testProgram(name) {
  return join(TEST_PROGRAMS, `${name}.js`);
}

// Both affect the bundles, in addition to the packages.
const HOW = [
  import.meta.filename,
  CACHED_START,
  join(ROOT, 'scripts/make-code-cache.mjs'),
  join(ROOT, 'pnpm-lock.yaml'),
];

function isOlderThanHow(file) {
  const { mtimeMs } = statSync(file);
  return HOW.some((one) => statSync(one).mtimeMs > mtimeMs);
}

// Sentences in fifty languages, which nobody sees: faults have codes.
const withoutLocales = [{ filter: /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({ contents: 'export {};' })];

const keepPackages = {
  name: 'keep-packages',
  setup({ onResolve, onLoad }) {
    onLoad(...withoutLocales);
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (kind === 'entry-point' || TAKEN_IN.test(path)) return undefined;
      return { path, external: true, sideEffects: false };
    });
  },
};

/** Files that look for others next to themselves still find them. */
const keepPlaces = {
  name: 'keep-places',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\](packages[/\\][^/\\]+[/\\]dist|dist-test)[/\\].*\.js$/ }, ({ path }) => {
      const code = readFileSync(path, 'utf8');
      if (!code.includes('import.meta.url')) return undefined;
      const place = relative(BUNDLED, path).split(sep).join('/');
      const url = `new URL(${JSON.stringify(place)}, import.meta.url).href`;
      return { contents: code.replaceAll('import.meta.url', url), resolveDir: dirname(path), loader: 'js' };
    });
  },
};

// With native code or a file next to theirs, optional for those that load them, or loaded only when they are needed (of such a
// CommonJS package esbuild keeps only the default export).
const NOT_BUNDLED =
  /^(libsql|onnxruntime-node|sharp|esbuild|vitest|pg|prom-client|multer|cli-progress|bufferutil|utf-8-validate|quickjs-emscripten-core|@(aws-sdk|valkey|contentauth|jitl)\/.*)$/;

const keepNativePackages = {
  name: 'keep-native-packages',
  setup({ onResolve, onLoad }) {
    onLoad(...withoutLocales);
    onResolve({ filter: NOT_BUNDLED }, ({ path }) => ({ path, external: true, sideEffects: false }));
  },
};

const ANY = { bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' };
const WITH_PACKAGES = {
  format: 'esm',
  plugins: [keepNativePackages, keepPlaces],
  // CommonJS packages load Node's modules with it.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
};
