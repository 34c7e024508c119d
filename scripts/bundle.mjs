import { readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { ROOT } from './root.mjs';

const SERVER = join(ROOT, 'packages/server/dist');
const BUNDLED = join(SERVER, 'bundled');

// Read from many small files, which takes longer than running them. All other packages stay where they are installed.
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
  const files = Object.entries(PROCESSES).map(([name, file]) => [name, join(SERVER, 'common', file)]);
  await build({
    entryPoints: Object.fromEntries(files),
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

// Both affect the bundles, in addition to the packages.
const HOW = [import.meta.filename, join(ROOT, 'pnpm-lock.yaml')];

function isOlderThanHow(file) {
  const { mtimeMs } = statSync(file);
  return HOW.some((one) => statSync(one).mtimeMs > mtimeMs);
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

/** Files that look for others next to themselves still find them. */
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
