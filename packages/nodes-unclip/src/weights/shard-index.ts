import { fileProblems } from '../checkpoint-error.js';
import { isJsonObject } from '../json-object.js';

/**
 * The files that a `*.safetensors.index.json` names, each once, in order.
 *
 * @throws CheckpointError if it names none, or anything but a plain `.safetensors` file beside it
 */
export function readShardNames(file: string, index: unknown): readonly string[] {
  const weightMap = isJsonObject(index) ? index['weight_map'] : undefined;
  const names = isJsonObject(weightMap) ? [...new Set(Object.values(weightMap))] : [];
  if (names.length > 0 && names.every(isPlainWeightFile)) return names.sort();
  throw fileProblems(
    file,
    ['expected "weight_map" to name .safetensors files beside it'],
    'Copy or download the checkpoint again',
  );
}

function isPlainWeightFile(name: unknown): name is string {
  return typeof name === 'string' && /^[^\\/:\0]+\.safetensors$/.test(name);
}
