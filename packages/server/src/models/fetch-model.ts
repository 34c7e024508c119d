import { sep } from 'node:path';
import type { HubFile } from '../hub/list-files.js';
import { type PullContext, partialFolder, pullFiles } from '../hub/pull-checkpoint.js';
import type { DownloadedModel, DownloadedModels } from './downloaded-models.js';

/** A download, as far as it can be saved and continued by another process. */
export interface ModelToFetch extends Omit<DownloadedModel, 'files' | 'id' | 'downloadedAt'> {
  readonly files: readonly HubFile[];
}

/**
 * Downloads a model into the own folder and records it there. An interrupted download is continued.
 *
 * @throws HubError, ModelManagerError if a link leads out of the folder
 */
export async function fetchModel(
  { files, ...model }: ModelToFetch,
  downloaded: DownloadedModels,
  context: PullContext,
): Promise<void> {
  const { own } = downloaded;
  const to = await own.inside(model.path);
  // No link may lead out of the folder of an incomplete model either.
  for (const folder of [model.path, partialPath(model.path)]) {
    for (const { path } of files) await own.inside(`${folder}/${path}`);
  }
  await pullFiles(files, { repo: model.repository, revision: model.revision, to }, context);
  await downloaded.add(
    model,
    files.map(({ path }) => path),
  );
}

/** As `partialFolder`, below the own folder. */
export function partialPath(path: string): string {
  return partialFolder(path).split(sep).join('/');
}
