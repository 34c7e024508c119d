import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Esbuild from 'esbuild';
import { BUNDLED_ESBUILD_FOLDER } from './program.js';

/** esbuild, from the copy without an install script that the npm package has, else from the package itself. */
export function loadEsbuild(): typeof Esbuild {
  const ownRequire = createRequire(import.meta.url);
  return ownRequire(existsSync(BUNDLED_ESBUILD_FOLDER) ? BUNDLED_ESBUILD_FOLDER : 'esbuild') as typeof Esbuild;
}
