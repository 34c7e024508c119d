import { CPU, DEVICE_NAMES, DEVICES, type Device, type DeviceName, isDeviceName } from './device.js';
import { probeDevice } from './probe-device.js';
import type { DeviceVerdict } from './self-test.js';
import { createVerdictCache } from './verdict-cache.js';

/** The device that was asked for cannot be used; says which can. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
}

export interface ChooseDeviceOptions {
  /** Where verdicts are kept; left out, each choice tests anew. */
  readonly cacheFolder?: string | undefined;
}

const PLATFORMS: Readonly<Partial<Record<DeviceName, NodeJS.Platform>>> = { directml: 'win32', coreml: 'darwin' };

/**
 * Chooses what models run on. A device that is named has to pass its self-test; `auto` takes the first that passes and
 * is faster than the CPU, which a software stand-in for a GPU is not.
 *
 * @throws DeviceError if the named one does not exist or does not pass
 */
export async function chooseDevice(wanted: string, { cacheFolder }: ChooseDeviceOptions = {}): Promise<Device> {
  if (wanted === 'cpu') return CPU;
  const cache = createVerdictCache(cacheFolder);
  const verdictOf = async (name: DeviceName): Promise<DeviceVerdict> => {
    const known = await cache.read(name);
    if (known !== undefined) return known;
    const verdict = await probeDevice(name);
    await cache.write(name, verdict);
    return verdict;
  };
  if (wanted === 'auto') return chooseBest(verdictOf);
  if (!isDeviceName(wanted)) {
    throw new DeviceError(`there is no such device. The devices are: auto, ${DEVICE_NAMES.join(', ')}.`);
  }
  // What was asked for by name is looked at anew: the user may just have repaired it.
  const verdict = await probeDevice(wanted);
  await cache.write(wanted, verdict);
  if (verdict.usable) return toDevice(wanted, verdict, `${wanted}, as asked for`);
  const usable = await usableNames(wanted, verdictOf);
  throw new DeviceError(`it cannot be used here: ${verdict.reason}. Usable are: auto, ${usable.join(', ')}.`);
}

async function chooseBest(verdictOf: (name: DeviceName) => Promise<DeviceVerdict>): Promise<Device> {
  const reasons: string[] = [];
  for (const name of candidates()) {
    const verdict = await verdictOf(name);
    if (!verdict.usable) {
      reasons.push(`${name} cannot be used (${verdict.reason})`);
      continue;
    }
    const { deviceMs, cpuMs } = verdict;
    const times = `${deviceMs.toFixed(1)} ms against ${cpuMs.toFixed(1)} ms for the self-test`;
    if (deviceMs < cpuMs) return toDevice(name, verdict, `${name}: ${times}`);
    reasons.push(`${name} is slower (${times})`);
  }
  return { ...CPU, words: `the CPU, since ${reasons.join(', and ')}` };
}

function candidates(): readonly DeviceName[] {
  return DEVICE_NAMES.filter((name) => name !== 'cpu' && (PLATFORMS[name] ?? process.platform) === process.platform);
}

async function usableNames(
  except: DeviceName,
  verdictOf: (name: DeviceName) => Promise<DeviceVerdict>,
): Promise<readonly string[]> {
  const names: string[] = ['cpu'];
  for (const name of candidates()) if (name !== except && (await verdictOf(name)).usable) names.push(name);
  return names;
}

function toDevice(name: DeviceName, verdict: Extract<DeviceVerdict, { usable: true }>, words: string): Device {
  const { provider, formulations } = DEVICES[name];
  const formulation = formulations.find((one) => one.name === verdict.formulation);
  if (formulation === undefined) throw new Error(`Internal error: ${name} passed with ${verdict.formulation}`);
  return { name, provider, formulation, words };
}
