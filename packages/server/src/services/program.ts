import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Three levels up from this file, both as source and as built: the folder of unclip-studio.
const ROOT = new URL('../../../../', import.meta.url);

/** Checkpoints that come along, and the place where users add their own. */
export const BUNDLED_MODELS_FOLDER = fileURLToPath(new URL('models', ROOT));

/** The pictures of the example workflows. */
export const BUNDLED_IMAGES_FOLDER = fileURLToPath(new URL('workflows/images', ROOT));

/** merges.txt of CLIP's tokenizer, for checkpoints in one file. */
export const CLIP_MERGES_FILE = fileURLToPath(new URL('packages/server/assets/clip-tokenizer/merges.txt', ROOT));

let version: string | undefined;

/** The version of this program, such as `0.1.0`. */
export function programVersion(): string {
  version ??= readVersion();
  return version;
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
