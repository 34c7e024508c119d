import type { Formulation } from '@unclip-studio/nodes-unclip';
import { CPU, DEVICE_NAMES, DEVICES, type Device, type DeviceName, isDeviceName } from './device.js';
import { adviceFor, realSurroundings } from './device-advice.js';
import { probeDevice } from './probe-device.js';
import type { DeviceVerdict, DeviceWay } from './self-test.js';
import { createVerdictCache } from './verdict-cache.js';

/** The device that was asked for cannot be used; says which can. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
}

export interface ChooseDeviceOptions {
  /** Where verdicts are kept; left out, each choice tests anew. */
  readonly cacheFolder?: string | undefined;
  /** The variables that name drivers, for the process that tests a device; this process's own when left out. */
  readonly env?: Readonly<NodeJS.ProcessEnv>;
}

const PLATFORMS: Readonly<Partial<Record<DeviceName, NodeJS.Platform>>> = { directml: 'win32', coreml: 'darwin' };

type Precision = Formulation['precision'];

const PRECISIONS: readonly string[] = ['float32', 'float16'] satisfies readonly Precision[];

/**
 * Chooses what models run on. A device that is named has to pass its self-test; `auto` takes the first that passes and
 * is faster than the CPU, which a software stand-in for a GPU is not. They compute in float32 unless half precision is
 * asked for: `webgpu:float16`.
 *
 * @throws DeviceError if the named one does not exist or does not pass
 */
export async function chooseDevice(
  wanted: string,
  { cacheFolder, env = process.env }: ChooseDeviceOptions = {},
): Promise<Device> {
  const [name = '', asked] = wanted.split(':');
  const precision = asked === undefined ? 'float32' : readPrecision(asked);
  if (name === 'cpu') {
    if (precision === 'float16') throw new DeviceError('the CPU computes in float32. Leave ":float16" out.');
    return CPU;
  }
  const cache = createVerdictCache(cacheFolder, env);
  const verdictOf = async (device: DeviceName): Promise<DeviceVerdict> => {
    const known = await cache.read(device);
    if (known !== undefined) return known;
    const verdict = await probeDevice(device, env);
    await cache.write(device, verdict);
    return verdict;
  };
  if (name === 'auto') return chooseBest(verdictOf, precision);
  if (!isDeviceName(name)) {
    throw new DeviceError(`there is no such device. The devices are: auto, ${DEVICE_NAMES.join(', ')}.`);
  }
  // What was asked for by name is looked at anew: the user may just have repaired it.
  const verdict = await probeDevice(name, env);
  await cache.write(name, verdict);
  const way = wayOf(verdict, precision);
  if (verdict.usable && way !== undefined) return toDevice(name, way, `${name}, as asked for${inPrecision(way)}`);
  const how = verdict.usable ? ` in ${precision}` : '';
  const usable = await usableNames(name, verdictOf);
  throw new DeviceError(`it cannot be used here${how}: ${verdict.reason}. Usable are: auto, ${usable.join(', ')}.`);
}

/** What a device can do here, or why it cannot be used. */
export interface DeviceReport {
  readonly name: DeviceName;
  /** How it computes right, each precision once; none: it cannot be used. The CPU's time is known where another device was tested. */
  readonly ways: readonly (Omit<DeviceWay, 'ms'> & { readonly ms?: number })[];
  readonly why?: string;
  /** What to do about it, in order. */
  readonly steps: readonly string[];
}

/** Tests every device anew, and says what `auto` takes. */
export async function reportDevices({ cacheFolder, env = process.env }: ChooseDeviceOptions): Promise<{
  readonly devices: readonly DeviceReport[];
  readonly auto: string;
}> {
  const cache = createVerdictCache(cacheFolder, env);
  const devices: DeviceReport[] = [];
  const around = realSurroundings(env);
  let cpuMs: number | undefined;
  for (const name of DEVICE_NAMES.filter((one) => one !== 'cpu')) {
    if (!candidates().includes(name)) {
      devices.push({ name, ways: [], ...adviceFor(name, { reason: '' }, around) });
      continue;
    }
    const verdict = await probeDevice(name, env);
    await cache.write(name, verdict);
    if (verdict.usable) {
      cpuMs = verdict.cpuMs;
      devices.push({ name, ways: verdict.ways, steps: [], ...(verdict.reason === '' ? {} : { why: verdict.reason }) });
    } else {
      devices.push({ name, ways: [], ...adviceFor(name, verdict, around) });
    }
  }
  const { words } = await chooseDevice('auto', { cacheFolder, env });
  const cpu = {
    formulation: 'cpu',
    precision: 'float32',
    error: 0,
    ...(cpuMs === undefined ? {} : { ms: cpuMs }),
  } as const;
  return { devices: [{ name: 'cpu', ways: [cpu], steps: [] }, ...devices], auto: words };
}

function readPrecision(text: string): Precision {
  if (PRECISIONS.includes(text)) return text as Precision;
  throw new DeviceError(
    `there is no precision "${text}". Those there are: ${PRECISIONS.join(', ')}; without one it is float32.`,
  );
}

async function chooseBest(
  verdictOf: (name: DeviceName) => Promise<DeviceVerdict>,
  precision: Precision,
): Promise<Device> {
  const reasons: string[] = [];
  for (const name of candidates()) {
    const verdict = await verdictOf(name);
    const way = wayOf(verdict, precision);
    if (!verdict.usable || way === undefined) {
      reasons.push(`${name} cannot be used (${verdict.reason})`);
      continue;
    }
    const times = `${way.ms.toFixed(1)} ms against ${verdict.cpuMs.toFixed(1)} ms for the self-test${inPrecision(way)}`;
    if (way.ms < verdict.cpuMs) return toDevice(name, way, `${name}: ${times}`);
    reasons.push(`${name} is slower (${times})`);
  }
  return { ...CPU, words: `the CPU, since ${reasons.join(', and ')}` };
}

function wayOf(verdict: DeviceVerdict, precision: Precision): DeviceWay | undefined {
  return verdict.usable ? verdict.ways.find((way) => way.precision === precision) : undefined;
}

function inPrecision({ precision }: DeviceWay): string {
  return precision === 'float32' ? '' : ' in half precision';
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

function toDevice(name: DeviceName, way: DeviceWay, words: string): Device {
  const { provider, formulations } = DEVICES[name];
  const formulation = formulations.find((one) => one.name === way.formulation);
  if (formulation === undefined) throw new Error(`Internal error: ${name} passed with ${way.formulation}`);
  return { name, provider, formulation, words };
}
