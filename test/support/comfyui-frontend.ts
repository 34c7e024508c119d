import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The version that docs/COMFYUI.md names. */
const VERSION = '1.58.1';
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/comfyui-frontend', import.meta.url));

/**
 * ComfyUI's own page, downloaded from PyPI once and unpacked next to the installed packages.
 *
 * @returns the folder with its index.html
 * @throws Error if there is no Python with pip, or no network
 */
export function comfyUiFrontend(): string {
  const folder = join(CACHE, VERSION);
  if (!existsSync(folder)) {
    mkdirSync(CACHE, { recursive: true });
    const made = mkdtempSync(join(CACHE, 'new-'));
    try {
      const wanted = [`comfyui-frontend-package==${VERSION}`, '--no-deps', '--only-binary', ':all:', '--dest', made];
      execFileSync('python3', ['-m', 'pip', 'download', '--quiet', ...wanted], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const wheel = join(made, `comfyui_frontend_package-${VERSION}-py3-none-any.whl`);
      execFileSync('python3', ['-m', 'zipfile', '-e', wheel, join(made, 'unpacked')], { stdio: 'inherit' });
      renameSync(join(made, 'unpacked'), folder);
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
  }
  return join(folder, 'comfyui_frontend_package/static');
}
