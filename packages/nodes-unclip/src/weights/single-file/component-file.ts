import { ForeignJsonError, parseForeignJson } from '@unclip-studio/graph-core';
import { isJsonObject, type JsonObject } from '../../json-object.js';
import { type CheckpointFolder, readTextFile } from '../checkpoint-folder.js';
import type { ComponentLayout } from '../checkpoint-layout.js';
import { WEIGHT_FILE_ENDING } from '../mistaken-content.js';
import { openTensorFile, type StoredTensor, type TensorFile, tensorReader, tensorsOf } from '../stored-tensor.js';
import { Shapes } from './shapes.js';

/** How a component in a single file becomes one of a diffusers folder. */
export interface ComponentForm {
  /** What its names begin with in this file. */
  readonly prefix: string;
  /** Gives names and shapes of diffusers; the prefix is off already. */
  rename(tensors: readonly StoredTensor[], shapes: Shapes): readonly StoredTensor[];
  /** The equivalent of config.json. @throws CheckpointError if it does not follow from the weights */
  deriveConfig(shapes: Shapes): JsonObject;
}

/**
 * One component in its own file, such as a VAE. Other files come from a folder of the same name next to it, if it
 * contains them.
 *
 * @param formOf the format of this file @throws CheckpointError if it is not such a component
 * @throws CheckpointError
 */
export async function openComponentFile(
  folder: CheckpointFolder,
  path: string,
  formOf: (file: TensorFile) => ComponentForm,
): Promise<ComponentLayout & { has(name: string): Promise<boolean> }> {
  const file = await openTensorFile(folder, path);
  const form = formOf(file);
  const shapes = new Shapes(path, form.prefix, file.header.tensors);
  const beside = (wanted: string) => `${path.replace(WEIGHT_FILE_ENDING, '')}/${wanted.split('/').at(-1)}`;
  const has = async (wanted: string) => folder.exists(beside(wanted));
  return {
    has,
    async readText(wanted) {
      if ((await has(wanted)) || !wanted.endsWith('config.json')) return readTextFile(folder, beside(wanted));
      return (await configBeside(folder, path)) ?? JSON.stringify(form.deriveConfig(shapes));
    },
    async openTensors() {
      const own = tensorsOf(file)
        .filter(({ name }) => name.startsWith(form.prefix))
        .map((tensor) => ({ ...tensor, name: tensor.name.slice(form.prefix.length) }));
      return { label: path, tensors: form.rename(own, shapes), files: [file] };
    },
    ...tensorReader(folder),
  };
}

/** A config of diffusers next to a file, as `NAME.json`; other JSON there describes where it was found. */
async function configBeside(folder: CheckpointFolder, path: string): Promise<string | undefined> {
  const name = path.replace(WEIGHT_FILE_ENDING, '.json');
  if (name === path || !(await folder.exists(name))) return undefined;
  const text = await readTextFile(folder, name);
  try {
    const json = parseForeignJson(text);
    return isJsonObject(json) && '_class_name' in json ? text : undefined;
  } catch (error) {
    if (error instanceof ForeignJsonError) return undefined;
    throw error;
  }
}
