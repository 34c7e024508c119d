import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The command line, and the programs that the server starts as separate processes, by their files relative to this one.
 */
export const PROCESSES = {
  cli: '../cli.js',
  'worker-main': '../worker/worker-main.js',
  'probe-main': '../services/devices/probe-main.js',
  'image-process': '../http/images/image-process.js',
  'import-process': '../http/imports/import-process.js',
  'inspect-process': '../http/models/inspect-process.js',
  'plugin-node-process': '../plugins/plugin-node-process.js',
  'plugin-thread': '../plugins/plugin-thread.js',
} as const;

// Written by each build of a package that changes anything.
const BUILDS = ['server', 'nodes-unclip', 'graph-core', 'protocol', 'comfyui'].map(
  (name) => new URL(`../../../${name}/dist/.tsbuildinfo`, import.meta.url),
);

/**
 * Where a process starts: the bundled program, which loads in a quarter of the time, or the original file if there is
 * no bundle, or the packages were built after it. In the npm package, whose files are bundles, it is next to this code.
 *
 * @returns an absolute path
 */
export function processFile(name: keyof typeof PROCESSES): string {
  const packaged = new URL(`./${name}.js`, import.meta.url);
  if (existsSync(packaged)) return fileURLToPath(packaged);
  const place = isBundled(name) ? bundleOf(name) : new URL(PROCESSES[name], import.meta.url);
  return fileURLToPath(place);
}

function bundleOf(name: keyof typeof PROCESSES): URL {
  return new URL(`../bundled/${name}.js`, import.meta.url);
}

/** Whether a process has a bundle that is not older than the packages. */
export function isBundled(name: keyof typeof PROCESSES): boolean {
  const bundled = bundleOf(name);
  if (!existsSync(bundled)) return false;
  const { mtimeMs } = statSync(bundled);
  return BUILDS.every((file) => existsSync(file) && statSync(file).mtimeMs <= mtimeMs);
}
