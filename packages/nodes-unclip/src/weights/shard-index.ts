import { isJsonObject } from '../json-object.js';
import { fileProblems } from './checkpoint-error.js';

/**
 * In which file each tensor lies, as a `*.safetensors.index.json` or `*.bin.index.json` says.
 *
 * @throws CheckpointError if it names none, or anything but a plain `.safetensors` or `.bin` file beside it
 */
export function readShardMap(file: string, index: unknown): ReadonlyMap<string, string> {
  const weightMap = isJsonObject(index) ? index['weight_map'] : undefined;
  const entries = isJsonObject(weightMap) ? Object.entries(weightMap) : [];
  if (entries.length > 0 && entries.every(isPlainWeightEntry)) return new Map(entries);
  throw fileProblems(
    file,
    ['expected "weight_map" to name .safetensors or .bin files beside it'],
    'Copy or download the checkpoint again',
  );
}

function isPlainWeightEntry(entry: [string, unknown]): entry is [string, string] {
  const [, name] = entry;
  return typeof name === 'string' && /^[^\\/:\0]+\.(?:safetensors|bin)$/.test(name);
}
