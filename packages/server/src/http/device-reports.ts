import type { DevicesReport } from '@unclip-studio/protocol';
import type { MachineConfig } from '../machine-config.js';

/** The devices that models can run on. A test takes a process and up to a minute, so requests in the meantime share its answer. */
export interface DeviceReports {
  /** Recent test results are used. */
  read(): Promise<DevicesReport>;
  /** Tests all devices again. */
  test(): Promise<DevicesReport>;
}

export function createDeviceReports({ machineCacheFolder: cacheFolder }: MachineConfig): DeviceReports {
  const underWay = new Map<boolean, Promise<DevicesReport>>();
  function report(mayBeKnown: boolean): Promise<DevicesReport> {
    const known = underWay.get(false) ?? underWay.get(mayBeKnown);
    if (known !== undefined) return known;
    const made = import('../services/devices/choose-device.js')
      .then(({ reportDevices }) => reportDevices({ cacheFolder, mayBeKnown }))
      .finally(() => underWay.delete(mayBeKnown));
    underWay.set(mayBeKnown, made);
    return made;
  }
  return { read: () => report(true), test: () => report(false) };
}
