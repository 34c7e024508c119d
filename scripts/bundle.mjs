import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { ROOT } from './root.mjs';

const SERVER = join(ROOT, 'packages/server/dist');
const BUNDLED = join(SERVER, 'bundled');

// The files that processes start from; the same list as `ProcessName` of the server's process-file.ts.
const ENTRIES = {
  cli: 'cli.js',
  'worker-main': 'worker/worker-main.js',
  'probe-main': 'services/devices/probe-main.js',
  'picture-process': 'http/pictures/picture-process.js',
  'import-process': 'http/imports/import-process.js',
  'inspect-process': 'http/models/inspect-process.js',
};

// Each build of a package that changes anything writes the first.
const MADE_FROM = [
  ...['server', 'nodes-unclip', 'graph-core', 'protocol', 'comfyui'].map((name) =>
    join(ROOT, 'packages', name, 'dist/.tsbuildinfo'),
  ),
  import.meta.filename,
  join(ROOT, 'pnpm-lock.yaml'),
];

// Read from many small files, which takes longer than running them. All other packages stay where they are installed.
const TAKEN_IN = /^(@unclip-studio\/|zod($|\/)|@huggingface\/tokenizers$)/;

/**
 * Puts the built files of each process into few large ones, from which it starts in a fraction of the time, unless that
 * is done. Without them, or once the packages are built anew, processes start from the small ones.
 */
export async function bundleProcesses() {
  if (isFresh()) return;
  removeBundles();
  // Loaded only now: this file is read before anything is installed.
  const { build } = await import('esbuild');
  await build({
    entryPoints: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, join(SERVER, file)])),
    outdir: BUNDLED,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    plugins: [keepPackages, keepPlaces],
  });
}

/** Makes processes start from the small files, until the next build. */
export function removeBundles() {
  rmSync(BUNDLED, { recursive: true, force: true });
}

function isFresh() {
  const bundled = join(BUNDLED, 'cli.js');
  if (!existsSync(bundled)) return false;
  const { mtimeMs } = statSync(bundled);
  return MADE_FROM.every((file) => statSync(file).mtimeMs <= mtimeMs);
}

const keepPackages = {
  name: 'keep-packages',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (kind === 'entry-point' || TAKEN_IN.test(path)) return undefined;
      return { path, external: true };
    });
  },
};

/** Files that look for others beside themselves go on to find them. */
const keepPlaces = {
  name: 'keep-places',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]packages[/\\][^/\\]+[/\\]dist[/\\].*\.js$/ }, ({ path }) => {
      const code = readFileSync(path, 'utf8');
      if (!code.includes('import.meta.url')) return undefined;
      const place = relative(BUNDLED, path).split(sep).join('/');
      const url = `new URL(${JSON.stringify(place)}, import.meta.url).href`;
      return { contents: code.replaceAll('import.meta.url', url), resolveDir: dirname(path), loader: 'js' };
    });
  },
};
