import {
  type Catalog,
  type FileOfNode,
  filesOf,
  filesOfWorkflow,
  type Plan,
  type Workflow,
} from '@unclip-studio/graph-core';
import type { ServerConfig } from '../../config.js';
import { createAcceptedLicenses } from '../../models/accepted-licenses.js';
import { createDownloadedModels } from '../../models/downloaded-models.js';
import { LicenseNotAccepted } from '../../models/model-errors.js';
import { createModelLicenses, type ModelLicenses, type NamedModel } from '../../models/model-licenses.js';
import { systemClock } from '../../runs/clock.js';
import type { Logger } from '../log.js';
import { isClosedToOthers } from '../security/allow-lists.js';

/** The licences of the models of one server. */
export function createServerLicenses(config: ServerConfig): ModelLicenses {
  const nowMs = () => systemClock.wallMs();
  return createModelLicenses({
    roots: config.machine.modelFolders,
    downloaded: createDownloadedModels(config.ownModelsFolder, nowMs),
    accepted: createAcceptedLicenses(config.dataFolder, nowMs),
    servesOthers: !isClosedToOthers(config),
    acceptedNames: config.acceptedLicenses ?? [],
  });
}

/** @throws LicenseNotAccepted, which the operator sees in the log */
export async function requireLicenses(plan: Plan, licenses: ModelLicenses, log: Logger): Promise<void> {
  try {
    await licenses.requireAccepted(modelsAmong(plan.nodes.flatMap(filesOf)));
  } catch (error) {
    if (error instanceof LicenseNotAccepted) log.warn(error.message);
    throw error;
  }
}

/** The models that a workflow names in its settings, see `filesOfWorkflow`. */
export function modelsOfWorkflow(workflow: Workflow, catalog: Catalog): readonly NamedModel[] {
  return modelsAmong(filesOfWorkflow(workflow, catalog));
}

/** Models, each once. */
function modelsAmong(files: readonly FileOfNode[]): readonly NamedModel[] {
  const found = new Map<string, NamedModel>();
  for (const { param, file: name } of files) {
    if (param.kind !== 'checkpoint' || name === '') continue;
    const type = param.model ?? 'checkpoint';
    found.set(`${type}\n${name}`, { type, name });
  }
  return [...found.values()];
}
