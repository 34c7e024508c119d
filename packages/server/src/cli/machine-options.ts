import { existsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { MachineConfig } from '../machine-config.js';
import { parseByteSize } from '../services/byte-size.js';
import type { Device } from '../services/devices/device.js';
import { BUNDLED_MODELS_FOLDER, IS_CHECKOUT } from '../services/program.js';
import { machineCacheFolder } from '../services/results/cache-folder.js';
import { fromCwd, homeFolder, hubCacheFolder, type Surroundings } from '../services/surroundings.js';
import { BadInput } from './exit-codes.js';

/**
 * Where checkpoints are searched, absolute: the operator's folders first, then downloaded ones, the bundled ones, and
 * the Hugging Face cache.
 *
 * @throws BadInput if one of them does not exist, which is a mistyped path rather than an empty folder
 */
export function findModelFolders(given: readonly string[], io: Surroundings): readonly string[] {
  const missing = given.filter((folder) => !existsSync(fromCwd(io, folder)));
  if (missing.length > 0) throw new BadInput(missing.map((folder) => `--models ${folder}: there is no such folder.`));
  const cache = hubCacheFolder(io.env);
  return [
    ...given.map((folder) => fromCwd(io, folder)),
    ...new Set([downloadsFolder(io), BUNDLED_MODELS_FOLDER]),
    ...(cache === undefined ? [] : [cache]),
  ];
}

/** The folder that models are downloaded into if no other is named; it need not be there yet. */
export function downloadsFolder({ env }: Pick<Surroundings, 'env'>): string {
  return IS_CHECKOUT ? BUNDLED_MODELS_FOLDER : join(homeFolder(env), '.unclip-studio/models');
}

/** That folder as the user would type it, for help texts. */
export const DOWNLOADS_FOLDER = IS_CHECKOUT ? 'models/' : '~/.unclip-studio/models/';

/**
 * The device that `--device` selects on this machine.
 *
 * @throws BadInput if the named device does not exist or cannot be used, listing those that can
 */
export async function readDevice(wanted: string, io: Surroundings): Promise<Device> {
  // Loaded only now: with them come all nodes, which most commands and the help do without.
  const { chooseDevice, DeviceError } = await import('../services/devices/choose-device.js');
  try {
    return await chooseDevice(wanted, { cacheFolder: machineCacheFolder(io), env: io.env });
  } catch (error) {
    if (error instanceof DeviceError) throw new BadInput([`--device ${wanted}: ${error.message}`]);
    throw error;
  }
}

// Three bytes a pixel have to fit into one piece of memory.
const MOST_MEGAPIXELS = 1000;

/**
 * Reads the choice of `--max-megapixels`.
 *
 * @returns pixels; `undefined` when it was left out
 * @throws BadInput
 */
export function readMaxPixels(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const megapixels = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (megapixels > 0 && megapixels <= MOST_MEGAPIXELS) return Math.round(megapixels * 1e6);
  throw new BadInput([`--max-megapixels ${text}: expected a number above 0, up to ${MOST_MEGAPIXELS}, as in 150.`]);
}

/**
 * Reads the choice of `--memory`.
 *
 * @returns bytes; `undefined` when it was left out
 * @throws BadInput
 */
export function readMemory(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const bytes = parseByteSize(text, 'GB');
  if (bytes !== undefined && bytes > 0) return bytes;
  throw new BadInput([`--memory ${text}: expected a size above 0, as in 6GB, 6GiB or 800MB.`]);
}

type Decided = Pick<
  MachineConfig,
  'modelFolders' | 'memoryBudgetBytes' | 'device' | 'devNodes' | 'pickles' | 'previews' | 'c2pa'
> & { readonly nodeFolders: readonly string[]; readonly dataFolder: string };

/** What the operator decided about this machine, and what follows from the machine. */
export function toMachineConfig(decided: Decided, io: Surroundings): MachineConfig {
  const { modelFolders, memoryBudgetBytes, device, devNodes, pickles, previews } = decided;
  const { nodeFolders, dataFolder, c2pa } = decided;
  return {
    ...{ modelFolders, memoryBudgetBytes, device, devNodes, pickles, previews, c2pa },
    machineCacheFolder: machineCacheFolder(io),
    plugins: { nodeFolders, dataFolder },
    // The models and the runtime's own buffers need most of the rest.
    cacheBytes: Math.min(totalmem() / 8, 2 * 2 ** 30),
  };
}
