import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Script } from 'node:vm';

/**
 * Runs the script next to the calling module, of the same name with the ending `cjs`, from compiled code if there is some.
 *
 * @param url of the calling module
 */
export function runCachedScript(url) {
  const path = fileURLToPath(url).replace(/\.js$/, '.cjs');
  const cache = cachePath(path);
  runScript(openScript(path, existsSync(cache) ? readFileSync(cache) : undefined), path);
}

/** Where the compiled code of a script is stored. It is one more file, so a package or a version of Node without it works. */
export function cachePath(path) {
  return `${path}.cache`;
}

/** @param cachedData of the same script; V8 ignores what another version of it compiled */
export function openScript(path, cachedData) {
  return new Script(readFileSync(path, 'utf8'), { filename: path, cachedData });
}

/** Calls the function that the script is; see `wrapped` in bundle.mjs. */
export function runScript(script, path) {
  script.runInThisContext()(createRequire(path), pathToFileURL(path).href, { exports: {} });
}
