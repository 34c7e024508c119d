import { existsSync } from 'node:fs';
import { BUNDLED_MODELS_FOLDER } from '../services/bundled-folders.js';
import { hubCacheFolder } from '../services/hub-cache.js';
import { fromCwd, type Surroundings } from '../services/surroundings.js';
import { BadInput } from './bad-input.js';

/**
 * Where checkpoints are looked for, absolute: the operator's folders first, then those that come along, then the cache of Hugging
 * Face's programs.
 *
 * @throws BadInput if one of them does not exist, which is a mistyped path rather than an empty folder
 */
export function findModelFolders(given: readonly string[], io: Surroundings): readonly string[] {
  const missing = given.filter((folder) => !existsSync(fromCwd(io, folder)));
  if (missing.length > 0) throw new BadInput(missing.map((folder) => `--models ${folder}: there is no such folder.`));
  const cache = hubCacheFolder(io.env);
  return [
    ...given.map((folder) => fromCwd(io, folder)),
    BUNDLED_MODELS_FOLDER,
    ...(cache === undefined ? [] : [cache]),
  ];
}
