import type { CheckpointFolder } from '../weights/checkpoint-folder.js';
import type { ComponentFiles } from '../weights/checkpoint-layout.js';
import { componentsOf, createFolderLayout, requireComponents } from '../weights/folder-layout.js';
import { COMPONENT_KINDS, PRIOR } from './component-kinds.js';
import { TextFiles } from './text-files.js';

/**
 * Reads the configs of a checkpoint in a folder and the headers of its weights, but no weights: little enough for a list of
 * all checkpoints. Whether the tensors match the configs is checked when it is opened.
 *
 * @throws CheckpointError for the first part that is missing or damaged
 */
export async function checkParts(folder: CheckpointFolder): Promise<void> {
  const names = await folder.list('');
  const isPriorAlone = names.includes(PRIOR.folder) && !names.includes('unet');
  if (!isPriorAlone) await requireComponents(folder);
  const layout = createFolderLayout(folder, 'full');
  const texts = new TextFiles(layout);
  const kinds = isPriorAlone ? [PRIOR] : kindsIn(componentsOf(await layout.family()));
  for (const kind of kinds) {
    await texts.json(`${kind.folder}/config.json`);
    await layout.openTensors(kind);
  }
  if (!isPriorAlone) await texts.json('scheduler/scheduler_config.json');
}

function kindsIn(components: readonly string[]): readonly ComponentFiles[] {
  return COMPONENT_KINDS.filter(({ folder }) => components.includes(folder));
}
