import { dirname } from 'node:path';
import { checkReceipt, type Finding } from '../../engine/check-receipt.js';
import { createFingerprintEnvironment } from '../../engine/engine.js';
import { arithmeticOfLabel } from '../../services/devices/device.js';
import { createImageStore } from '../../services/image-store.js';
import { createCheckpointService } from '../../services/model-files.js';
import { machineCacheFolder } from '../../services/results/cache-folder.js';
import { fromCwd } from '../../services/surroundings.js';
import type { ConfigOf } from '../command-table.js';
import { EXIT } from '../exit-codes.js';
import { loadPluginCatalog } from '../plugin-catalog.js';
import { readImageReceipt } from '../read-image-receipt.js';
import { imageFoldersOf } from '../read-workflow.js';
import type { CommandContext } from '../terminal.js';

const MARKS: Readonly<Record<Finding['verdict'], string>> = { holds: 'ok', wrong: 'WRONG', open: 'open' };

/**
 * `unclip verify`: what the receipt inside an image, and its C2PA manifest if it has one, say that can be checked here, what is
 * wrong, and what stays open.
 *
 * @returns 1 if something is wrong
 * @throws BadInput if the image contains no receipt
 */
export async function verifyImage(
  { file, modelFolders, pickles, ...folders }: ConfigOf<'verify'>,
  { io, terminal }: CommandContext,
): Promise<number> {
  const image = await readImageReceipt(file, io);
  const folder = dirname(fromCwd(io, file));
  const images = createImageStore(imageFoldersOf(folder, io));
  const checkpoints = createCheckpointService({
    roots: modelFolders,
    cacheFolder: machineCacheFolder(io),
    pickles,
  });
  const { catalog, plugins } = await loadPluginCatalog(folders, { terminal });
  await plugins.close();
  const ofReceipt = await checkReceipt(image, {
    catalog,
    environment: createFingerprintEnvironment(images, checkpoints, async () => arithmeticOfLabel(image.receipt.device)),
  });
  const { checkManifest } = await import('../../engine/check-manifest.js');
  const findings = [...ofReceipt, ...(await checkManifest(image.bytes))];
  for (const { verdict, words } of findings) terminal.out(`${MARKS[verdict].padEnd(5)}  ${words}`);
  return findings.some(({ verdict }) => verdict === 'wrong') ? EXIT.runFailed : EXIT.done;
}
