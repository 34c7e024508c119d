import { chooseDevice, DeviceError } from '../services/devices/choose-device.js';
import { CPU, type Device } from '../services/devices/device.js';
import { machineCacheFolder } from '../services/results/cache-folder.js';
import type { Surroundings } from '../services/surroundings.js';
import { BadInput } from './bad-input.js';

/**
 * What `--device` stands for on this machine.
 *
 * @throws BadInput if the device that is named does not exist or cannot be used, with those that can
 */
export async function readDevice(wanted: string, io: Surroundings): Promise<Device> {
  if (wanted === 'cpu') return CPU;
  try {
    return await chooseDevice(wanted, { cacheFolder: machineCacheFolder(io), env: io.env });
  } catch (error) {
    if (error instanceof DeviceError) throw new BadInput([`--device ${wanted}: ${error.message}`]);
    throw error;
  }
}
