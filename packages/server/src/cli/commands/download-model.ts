import { setTimeout as sleep } from 'node:timers/promises';
import { hubClientFor, hubSettingsOf } from '../../hub/hub-settings.js';
import { planDownload } from '../../models/download-offer.js';
import { createDownloadedModels } from '../../models/downloaded-models.js';
import { fetchModel } from '../../models/fetch-model.js';
import { toSize } from '../../services/byte-size.js';
import { describeSystemError, isSystemError } from '../../services/system-error.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import { createPullView } from '../pull-view.js';
import type { CommandContext } from '../terminal.js';

/**
 * `unclip models download`: downloads a model of any type into the folder that this program manages, and prints its
 * name. An interrupted download is continued.
 *
 * @throws BadInput | HubError | ModelManagerError, also until the licence is accepted
 */
export async function downloadModel(
  config: ConfigOf<'models download'>,
  { io, terminal }: CommandContext,
): Promise<number> {
  const { model: repository, modelType: type, file, variant, revision, ownModelsFolder } = config;
  const settings = hubSettingsOf(io.env, config.allowFetch);
  const client = hubClientFor(settings);
  const downloaded = createDownloadedModels(ownModelsFolder, () => Date.now());
  try {
    const plan = await planDownload(
      { repository, type, file, variant, revision },
      { client, settings, own: downloaded.own },
    );
    const { license, name, totalBytes, choices, ...offer } = plan.offer;
    if (choices.length > 0) throw new BadInput([`Choose one with --file: ${choices.join(', ')}.`]);
    const words = `${offer.repository} (${offer.type}, ${toSize(totalBytes)}): licence ${license.name || 'not named'}, ${license.url}`;
    if (!config.acceptLicense) throw new BadInput([words, 'Read it, and run the command again with --accept-licence.']);
    terminal.err(words);
    const view = await createPullView(terminal);
    try {
      const { path, files } = plan;
      await fetchModel(
        { type: offer.type, repository: offer.repository, revision: offer.revision, name, license, path, files },
        downloaded,
        { client, progress: view, sleep: async (ms) => void (await sleep(ms)) },
      );
    } finally {
      view.close();
    }
    terminal.out(name);
    return EXIT.done;
  } catch (error) {
    // Such as a full disk or a folder that may not be written.
    if (isSystemError(error)) throw new BadInput([describeSystemError(error)]);
    throw error;
  }
}
