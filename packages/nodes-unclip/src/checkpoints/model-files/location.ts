import { isJsonObject } from '../../json-object.js';
import { type CheckpointFolder, parseJsonFile } from '../../weights/checkpoint-folder.js';
import type { ComponentLayout } from '../../weights/checkpoint-layout.js';
import { createFolderLayout } from '../../weights/folder-layout.js';
import { type ComponentForm, openComponentFile } from '../../weights/single-file/component-file.js';
import type { TensorFile } from '../../weights/stored-tensor.js';

/** The location of a single model: a file, or a folder with config.json and weights. */
export interface ModelLocation {
  /** The folder that contains it. */
  readonly folder: CheckpointFolder;
  /** Its plain name there. */
  readonly path: string;
  readonly isFolder: boolean;
}

/** Reads one component: as a folder of diffusers or transformers has it, or out of a file of the given form. */
export async function componentAt(
  { folder, path, isFolder }: ModelLocation,
  formOf: (file: TensorFile) => ComponentForm,
): Promise<ComponentLayout & { has(path: string): Promise<boolean> }> {
  return isFolder ? createFolderLayout(folder, 'full') : openComponentFile(folder, path, formOf);
}

/** What the config of a component calls its model, such as `AutoencoderTiny`. @param folder of the component in its layout */
export async function classNameOf(layout: ComponentLayout, folder: string): Promise<unknown> {
  const config = `${folder}/config.json`;
  const json = parseJsonFile(config, await layout.readText(config));
  return isJsonObject(json) ? json._class_name : undefined;
}
