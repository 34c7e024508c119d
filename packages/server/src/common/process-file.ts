import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The command line, and the programs that the server starts as processes of their own. */
const PROCESSES = {
  cli: '../cli.js',
  'worker-main': '../worker/worker-main.js',
  'probe-main': '../services/devices/probe-main.js',
  'picture-process': '../http/pictures/picture-process.js',
  'import-process': '../http/imports/import-process.js',
  'inspect-process': '../http/models/inspect-process.js',
} as const;

// Written by each build of a package that changes anything.
const BUILDS = ['server', 'nodes-unclip', 'graph-core', 'protocol', 'comfyui'].map(
  (name) => new URL(`../../../${name}/dist/.tsbuildinfo`, import.meta.url),
);

/**
 * Where a process starts: the bundled program, which loads in a quarter of the time, or the file it was made from where
 * there is no bundle, or one that is older than what the packages were built to since.
 *
 * @returns an absolute path
 */
export function processFile(name: keyof typeof PROCESSES): string {
  const bundled = new URL(`../bundled/${name}.js`, import.meta.url);
  return fileURLToPath(isFresh(bundled) ? bundled : new URL(PROCESSES[name], import.meta.url));
}

function isFresh(bundled: URL): boolean {
  if (!existsSync(bundled)) return false;
  const { mtimeMs } = statSync(bundled);
  return BUILDS.every((file) => existsSync(file) && statSync(file).mtimeMs <= mtimeMs);
}
