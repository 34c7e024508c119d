import { homedir } from 'node:os';
import { resolve } from 'node:path';

/** What decides what a path means: a process's, or those which a program gives that calls `main` itself. */
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
