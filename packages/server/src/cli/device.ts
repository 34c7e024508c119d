import { dirname } from 'node:path';
import { chooseDevice, DeviceError } from '../services/devices/choose-device.js';
import { CPU, type Device } from '../services/devices/device.js';
import { defaultCacheFolder } from '../services/results/cache-folder.js';
import type { Surroundings } from '../services/surroundings.js';
import { BadInput } from './bad-input.js';

/**
 * What `--device` stands for on this machine.
 *
 * @throws BadInput if the device that is named does not exist or cannot be used, with those that can
 */
export async function readDevice(wanted: string, io: Surroundings): Promise<Device> {
  if (wanted === 'cpu') return CPU;
  const results = defaultCacheFolder(io);
  try {
    return await chooseDevice(wanted, { cacheFolder: results && dirname(results), env: io.env });
  } catch (error) {
    if (error instanceof DeviceError) throw new BadInput([`--device ${wanted}: ${error.message}`]);
    throw error;
  }
}

/** Where it is kept what devices showed of themselves. */
export function deviceCache(io: Surroundings): { readonly deviceCacheFolder?: string } {
  const results = defaultCacheFolder(io);
  return results === undefined ? {} : { deviceCacheFolder: dirname(results) };
}
