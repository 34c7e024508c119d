import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** What determines the meaning of a path: that of a process, or one provided by a program that calls `main` itself. */
export interface Surroundings {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Absolute; relative paths start here. */
  readonly cwd: string;
}

/** @param path as the user gave it */
export function fromCwd({ cwd }: Pick<Surroundings, 'cwd'>, path: string): string {
  return resolve(cwd, path);
}

/** The user's own folder; as `os.homedir` finds it, but by the given variables. */
export function homeFolder(env: Surroundings['env']): string {
  return env[process.platform === 'win32' ? 'USERPROFILE' : 'HOME'] || homedir();
}

/**
 * The Hugging Face cache folder, if there is one. It is read, never written.
 *
 * @see https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 */
export function hubCacheFolder(env: Surroundings['env']): string | undefined {
  const home = env['HF_HOME'] || join(env['XDG_CACHE_HOME'] || join(homeFolder(env), '.cache'), 'huggingface');
  const folder = env['HF_HUB_CACHE'] || env['HUGGINGFACE_HUB_CACHE'] || join(home, 'hub');
  return existsSync(folder) ? folder : undefined;
}
