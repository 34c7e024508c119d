import { createAcceptedLicenses } from '../../models/accepted-licenses.js';
import { createDownloadedModels } from '../../models/downloaded-models.js';
import { NoSuchModel } from '../../models/model-errors.js';
import { createModelLicenses } from '../../models/model-licenses.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import type { CommandContext } from '../terminal.js';

/**
 * `unclip models licence`: the text of a model's licence and the uses that it forbids; with `--accept` it is accepted
 * for the servers of a data folder, with immediate effect.
 *
 * @throws BadInput if there is no such model, or nothing to accept
 */
export async function showLicense(
  { name, modelType: type = 'checkpoint', acceptThisLicense, ...config }: ConfigOf<'models licence'>,
  { terminal }: CommandContext,
): Promise<number> {
  const nowMs = () => Date.now();
  const licenses = createModelLicenses({
    roots: [...config.modelFolders, config.ownModelsFolder],
    downloaded: createDownloadedModels(config.ownModelsFolder, nowMs),
    accepted: createAcceptedLicenses(config.dataFolder, nowMs),
    servesOthers: false,
  });
  try {
    const license = await licenses.describe({ type, name });
    terminal.out(`${name}: ${license.name || 'no licence is known'}`);
    if (license.url !== undefined) terminal.out(license.url);
    for (const one of license.restrictions) terminal.out(`- ${one}`);
    if (!acceptThisLicense) {
      if (license.text !== undefined) terminal.out(`\n${license.text.trimEnd()}`);
      if (license.acceptedAt !== undefined) terminal.err(`Accepted at ${license.acceptedAt}.`);
      return EXIT.done;
    }
    if (license.name === '') throw new BadInput([`No licence of ${name} is known, so there is none to accept.`]);
    await licenses.accept({ type, name });
    terminal.err(`Accepted for ${config.dataFolder}.`);
    return EXIT.done;
  } catch (error) {
    if (error instanceof NoSuchModel)
      throw new BadInput([`${error.message} "unclip models list" shows what there is.`]);
    throw error;
  }
}
