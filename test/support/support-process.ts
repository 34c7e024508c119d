import { fileURLToPath } from 'node:url';

/**
 * The built JavaScript of a program in this folder that tests start as a separate process.
 *
 * @param name the file's name without its extension, such as `queue-worker`
 * @returns an absolute path in `dist-test`, where a built test finds the rest of the checkout at the same relative
 * paths
 */
export function supportProcess(name: string): string {
  return fileURLToPath(new URL(`../../dist-test/support/${name}.js`, import.meta.url));
}
