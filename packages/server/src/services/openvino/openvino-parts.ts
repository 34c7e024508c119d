import { join } from 'node:path';
import { homeFolder } from '../surroundings.js';

/** What computes in bfloat16 on the CPU: not part of this program, and installed on request. */
export const OPENVINO_VERSION = '2026.4.1';
/** Calls libraries of C from Node; its binaries come inside of its packages. */
export const KOFFI_VERSION = '3.3.4';

/** The installed parts. */
export interface OpenvinoParts {
  /** The library with OpenVINO's C API; it finds the others beside it. */
  readonly library: string;
  /** The module that calls it. */
  readonly koffi: string;
}

/** The folder of these parts, which nothing else is in. A version has a folder of its own, since its library may be called otherwise. */
export function openvinoFolder(env: Readonly<NodeJS.ProcessEnv>): string {
  return join(homeFolder(env), '.cache/unclip-openvino', OPENVINO_VERSION);
}

/** @returns `undefined` unless all are installed */
export function findOpenvino({
  env,
  exists,
  list,
}: {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  exists(path: string): boolean;
  list(folder: string): readonly string[];
}): OpenvinoParts | undefined {
  const folder = openvinoFolder(env);
  const libraries = join(folder, 'openvino/libs');
  const name = list(libraries).find((file) => /^libopenvino_c\.so\.\d+$/.test(file));
  const koffi = join(folder, 'node_modules/koffi/index.cjs');
  return name === undefined || !exists(koffi) ? undefined : { library: join(libraries, name), koffi };
}
