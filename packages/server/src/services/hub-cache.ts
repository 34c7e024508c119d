import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { homeFolder, type Surroundings } from './surroundings.js';

/**
 * The folder in which Hugging Face's own programs keep what they fetched, if there is one. It is read, never written.
 *
 * @see https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 */
export function hubCacheFolder(env: Surroundings['env']): string | undefined {
  const home = env['HF_HOME'] || join(env['XDG_CACHE_HOME'] || join(homeFolder(env), '.cache'), 'huggingface');
  const folder = env['HF_HUB_CACHE'] || env['HUGGINGFACE_HUB_CACHE'] || join(home, 'hub');
  return existsSync(folder) ? folder : undefined;
}
