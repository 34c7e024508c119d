import { fileProblems } from '../checkpoint-error.js';
import { type CheckpointFolder, parseJsonFile, readTextFile, type WeightVariant } from './checkpoint-folder.js';
import type { ComponentFiles } from './checkpoint-layout.js';
import { readShardNames } from './shard-index.js';
import { openTensorFile, type TensorSet, tensorsOf } from './stored-tensor.js';

/**
 * Opens the weights of a component: one file, or the shards that an index names. The other precision serves where the
 * wanted one is missing.
 *
 * @throws CheckpointError | SafetensorsError telling why nothing in the folder serves
 */
export async function openWeightFiles(
  folder: CheckpointFolder,
  component: ComponentFiles,
  variant: WeightVariant,
): Promise<TensorSet> {
  const { folder: path } = component;
  const names = (await folder.exists(path)) ? await folder.list(path) : [];
  const { chosen, leftAside } = chooseWeightFile(names, component, variant);
  const label = `${path}/${chosen}`;
  if (!chosen.endsWith('.json')) {
    const file = await openTensorFile(folder, label);
    return { label, tensors: tensorsOf(file), files: [file], leftAside };
  }
  const index = parseJsonFile(label, await readTextFile(folder, label));
  const shardNames = readShardNames(label, index);
  const missing = shardNames.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw fileProblems(
      label,
      missing.map((name) => `expected the file ${name} beside it, got none`),
      RESTORE,
    );
  }
  const files = await Promise.all(shardNames.map((name) => openTensorFile(folder, `${path}/${name}`)));
  return { label, tensors: files.flatMap(tensorsOf), files, leftAside };
}

/** @returns names of safetensors files or of indices: the one to read, and others that would have served */
function chooseWeightFile(
  names: readonly string[],
  { folder, stem }: ComponentFiles,
  variant: WeightVariant,
): { readonly chosen: string; readonly leftAside: readonly string[] } {
  const full = [`${stem}.safetensors`, `${stem}.safetensors.index.json`];
  // Both spellings of an index are in use: diffusers has put the variant in either place.
  const half = [
    `${stem}.fp16.safetensors`,
    `${stem}.safetensors.index.fp16.json`,
    `${stem}.fp16.safetensors.index.json`,
  ];
  const wanted = variant === 'fp16' ? [...half, ...full] : [...full, ...half];
  // Another variant, such as bf16, serves when it is the only one: there is nothing to choose then.
  const others = names.filter((name) => new RegExp(`^${stem}\\.[\\w-]+\\.safetensors$`).test(name));
  const there = wanted.filter((name) => names.includes(name));
  const chosen = there[0] ?? (others.length === 1 ? others[0] : undefined);
  if (chosen !== undefined) {
    const wholes = others.filter((name) => !/-\d+-of-\d+\./.test(name));
    const leftAside = [...new Set([...there, ...wholes])].filter((name) => name !== chosen);
    return { chosen, leftAside };
  }
  const pickle = names.find(isPickle);
  const got = others.length > 0 ? others.join(', ') : (pickle ?? 'no weights');
  const cure = others.length === 0 && pickle !== undefined ? PICKLE_CURE : RESTORE;
  throw fileProblems(folder, [`expected ${stem}.safetensors or ${stem}.fp16.safetensors, got ${got}`], cure);
}

const RESTORE = 'Copy or download the checkpoint again';

export const PICKLE_CURE =
  'Pickle files are never loaded, because loading one can run any code; get the .safetensors version';

/** Whether a file's name is that of a pickle. */
export function isPickle(name: string): boolean {
  return /\.(bin|ckpt|pt|pth)$/i.test(name);
}
