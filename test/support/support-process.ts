import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The built JavaScript of a program in this folder that tests start as a separate process; bundled if it is started often.
 *
 * @param name the file's name without its extension, such as `queue-worker`
 * @returns an absolute path, from which the program finds the rest of the checkout at the same relative paths as from its source
 */
export function supportProcess(name: string): string {
  const bundled = new URL(`../../packages/server/dist/test-programs/${name}.js`, import.meta.url);
  if (existsSync(bundled)) return fileURLToPath(bundled);
  return fileURLToPath(new URL(`../../dist-test/support/${name}.js`, import.meta.url));
}
