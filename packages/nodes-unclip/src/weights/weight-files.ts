import { isJsonObject } from '../json-object.js';
import { DAMAGED, fileProblems, MISSING } from './checkpoint-error.js';
import { type CheckpointFolder, parseJsonFile, readTextFile, type WeightVariant } from './checkpoint-folder.js';
import type { ComponentFiles } from './checkpoint-layout.js';
import { isPickle } from './mistaken-content.js';
import { openTensorFile, type TensorSet, tensorsOf } from './stored-tensor.js';

/**
 * Opens the weights of a component: one file, or the shards that an index names. The other precision is used if the
 * requested one is missing.
 *
 * @throws CheckpointError with the reason if nothing in the folder is usable
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
  const shardOf = readShardMap(label, index);
  const shardNames = [...new Set(shardOf.values())].sort();
  const missing = shardNames.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw fileProblems(
      label,
      missing.map((name) => `expected the file ${name} next to it, got none`),
      MISSING,
    );
  }
  const files = await Promise.all(shardNames.map((name) => openTensorFile(folder, `${path}/${name}`)));
  // A tensor may be repeated in another shard; the index says which one counts.
  const tensors = files.flatMap(tensorsOf).filter(({ name, file }) => {
    const shard = shardOf.get(name);
    return shard === undefined || file === `${path}/${shard}`;
  });
  return { label, tensors, files, leftAside };
}

/** @returns names of weight files or of indices: the one to read, and others that would have served */
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
  // Another variant, such as bf16, is used if it is the only one, or the only one besides a coarser fp8.
  const others = names.filter((name) => isVariant(name, stem));
  const there = wanted.filter((name) => names.includes(name));
  // What may be run is only looked at where nothing else is there; transformers and diffusers choose so too.
  const pickles = picklesOf({ folder, stem }, variant).filter((name) => names.includes(name));
  const chosen = there[0] ?? onlyOne(others) ?? onlyOne(others.filter((name) => !/fp8/i.test(name))) ?? pickles[0];
  if (chosen !== undefined) {
    const leftAside = [...new Set([...there, ...others])].filter((name) => name !== chosen);
    return { chosen, leftAside };
  }
  const got = others.length > 0 ? others.join(', ') : (names.find(isPickle) ?? 'no weights');
  throw fileProblems(folder, [`expected ${stem}.safetensors or ${stem}.fp16.safetensors, got ${got}`], MISSING);
}

/** transformers calls its pickles otherwise. */
function picklesOf({ stem }: Pick<ComponentFiles, 'folder' | 'stem'>, variant: WeightVariant): readonly string[] {
  const name = stem === 'model' ? 'pytorch_model' : stem;
  const full = [`${name}.bin`, `${name}.bin.index.json`];
  const half = [`${name}.fp16.bin`, `${name}.bin.index.fp16.json`, `${name}.fp16.bin.index.json`];
  return variant === 'fp16' ? [...half, ...full] : [...full, ...half];
}

function onlyOne(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined;
}

/** Weights of one variant, whole or as an index of shards: `model.bf16.safetensors`, `model.safetensors.index.bf16.json`. */
function isVariant(name: string, stem: string): boolean {
  if (/-\d+-of-\d+\./.test(name)) return false;
  const rest = name.startsWith(`${stem}.`) ? name.slice(stem.length) : '';
  return /^\.[\w-]+\.safetensors(?:\.index\.json)?$|^\.safetensors\.index\.[\w-]+\.json$/.test(rest);
}

/**
 * The file of each tensor, according to a `*.safetensors.index.json` or `*.bin.index.json`.
 *
 * @throws CheckpointError if it names none, or anything but a plain `.safetensors` or `.bin` file next to it
 */
function readShardMap(file: string, index: unknown): ReadonlyMap<string, string> {
  const weightMap = isJsonObject(index) ? index['weight_map'] : undefined;
  const entries = isJsonObject(weightMap) ? Object.entries(weightMap) : [];
  if (entries.length > 0 && entries.every(isPlainWeightEntry)) return new Map(entries);
  throw fileProblems(file, ['expected "weight_map" to name .safetensors or .bin files next to it'], DAMAGED);
}

function isPlainWeightEntry(entry: [string, unknown]): entry is [string, string] {
  const [, name] = entry;
  return typeof name === 'string' && /^[^\\/:\0]+\.(?:safetensors|bin)$/.test(name);
}
