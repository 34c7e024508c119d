import type { Formulation } from '@unclip-studio/nodes-unclip';
import type { DeviceReason, DeviceReport, DeviceStep, DevicesReport } from '@unclip-studio/protocol';
import { findOpenvino } from '../openvino/openvino-parts.js';
import { CPU, DEVICE_NAMES, DEVICES, type Device, type DeviceName, isDeviceName } from './device.js';
import { adviceFor, adviseOnBfloat16, type DeviceSurroundings, realSurroundings, visibleGpu } from './device-advice.js';
import { chooseGpu, listGpus } from './gpus.js';
import { probeDevice } from './probe-device.js';
import type { DeviceVerdict, DeviceWay } from './self-test.js';
import { createVerdictCache, type VerdictCache } from './verdict-cache.js';

/** The requested device cannot be used; lists those that can. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
}

export interface ChooseDeviceOptions {
  /** Where test results are cached; without it, devices are tested each time. */
  readonly cacheFolder?: string | undefined;
  /** The variables that name drivers, for the process that tests a device; this process's own when left out. */
  readonly env?: Readonly<NodeJS.ProcessEnv>;
  /** The description of the machine; this one when left out. */
  readonly around?: DeviceSurroundings;
}

const PLATFORMS: Readonly<Partial<Record<DeviceName, NodeJS.Platform>>> = { directml: 'win32', coreml: 'darwin' };

type Precision = Formulation['precision'];

const PRECISIONS: readonly string[] = ['float32', 'float16', 'bfloat16'] satisfies readonly Precision[];

/**
 * Chooses the device for models. A named device has to pass its self-test; `auto` takes the first that passes and is
 * faster than the CPU, which software emulation of a GPU is not. They compute in float32 unless half precision is
 * requested: `webgpu:float16`, or `cpu:bfloat16`. A number selects one of several GPUs: `cuda:1`, `webgpu:1:float16`.
 *
 * @throws DeviceError if the named one does not exist or does not pass
 */
export async function chooseDevice(
  wanted: string,
  { cacheFolder, env = process.env, around = realSurroundings(env) }: ChooseDeviceOptions = {},
): Promise<Device> {
  const { name, precision, index } = readWanted(wanted);
  const cache = createVerdictCache(cacheFolder, env);
  if (name === 'cpu') return precision === 'float32' ? CPU : chooseCpu(precision, { cache, env, around });
  if (precision === 'bfloat16') throw new DeviceError('only the CPU computes in bfloat16, by --device cpu:bfloat16.');
  let isNew = false;
  const verdictOf = async (device: DeviceName): Promise<DeviceVerdict> => {
    const known = await cache.read(device);
    if (known !== undefined) return known;
    isNew = true;
    const verdict = await probeDevice(device, env);
    await cache.write(device, verdict);
    return verdict;
  };
  if (name === 'auto') {
    const device = await chooseBest(verdictOf, precision, around);
    const hint = device.name === 'cpu' && isNew ? hintFor(device, around) : undefined;
    return hint === undefined ? device : { ...device, hint };
  }
  if (!isDeviceName(name)) {
    throw new DeviceError(`there is no such device. The devices are: auto, ${DEVICE_NAMES.join(', ')}.`);
  }
  // A device requested by name is tested again: the user may just have repaired it.
  const gpu = index === undefined ? undefined : chooseGpu(name, index, around);
  if (typeof gpu === 'string') throw new DeviceError(gpu);
  const verdict = await probeDevice(name, env, gpu);
  await cache.write(name, verdict, gpu);
  const way = wayOf(verdict, precision);
  if (verdict.usable && way !== undefined) {
    const device = toDevice(name, way, `${wanted.replace(/:float\d+$/, '')}, as asked for${inPrecision(way)}`);
    return gpu === undefined ? device : { ...device, gpu };
  }
  const how = verdict.usable ? ` in ${precision}` : '';
  const usable = await usableNames(name, verdictOf);
  throw new DeviceError(
    `it cannot be used here${how}: ${whyNot(name, verdict, around)}. Usable are: auto, ${usable.join(', ')}. ` +
      '"unclip devices" says what to do about the others.',
  );
}

/**
 * Reports for every device whether it can be used, and what `auto` selects. The CPU's time is known if another one was
 * tested.
 *
 * @param options `mayBeKnown`: recent test results are used; otherwise all devices are tested again
 */
export async function reportDevices({
  cacheFolder,
  env = process.env,
  around = realSurroundings(env),
  mayBeKnown = false,
}: ChooseDeviceOptions & { readonly mayBeKnown?: boolean }): Promise<DevicesReport> {
  const cache = createVerdictCache(cacheFolder, env);
  const devices: DeviceReport[] = [];
  let cpuMs: number | undefined;
  for (const name of DEVICE_NAMES.filter((one) => one !== 'cpu')) {
    if (!candidates().includes(name)) {
      devices.push({ name, ways: [], ...adviceFor(name, { reason: '' }, around) });
      continue;
    }
    const known = mayBeKnown ? await cache.read(name) : undefined;
    const verdict = known ?? (await probeDevice(name, env));
    if (known === undefined) await cache.write(name, verdict);
    const all = await listGpus(name, around);
    const gpus = all.length > 1 ? { gpus: all } : {};
    if (verdict.usable) {
      cpuMs = verdict.cpuMs;
      const why = verdict.reason === '' ? {} : { why: verdict.reason };
      devices.push({ name, ways: verdict.ways, steps: [], ...why, ...gpus });
    } else {
      devices.push({ name, ways: [], ...adviceFor(name, verdict, around), ...gpus });
    }
  }
  const { name: chosen, words } = await chooseDevice('auto', { cacheFolder, env, around });
  const { verdict, why, because, steps } = await tryBfloat16({ cache, env, around, mayBeKnown });
  const found = verdict?.usable ? verdict : undefined;
  const ms = found?.cpuMs ?? cpuMs;
  const exact = { formulation: 'cpu', precision: 'float32', error: 0, ...(ms === undefined ? {} : { ms }) } as const;
  const cpu = {
    name: 'cpu',
    ways: [exact, ...(found?.ways ?? [])],
    steps,
    ...(why === undefined ? {} : { why: `not in bfloat16, since ${why}` }),
    ...(because && { because }),
  };
  return { devices: [cpu, ...devices], auto: words, chosen };
}

interface Bfloat16Options {
  readonly cache: VerdictCache;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly around: DeviceSurroundings;
  readonly mayBeKnown?: boolean;
}

/** Whether the CPU computes in bfloat16, by its test, and what it lacks for that. */
async function tryBfloat16({ cache, env, around, mayBeKnown = false }: Bfloat16Options): Promise<{
  readonly verdict?: DeviceVerdict;
  readonly why?: string;
  readonly because?: DeviceReason;
  readonly steps: readonly DeviceStep[];
}> {
  const missing = adviseOnBfloat16(around);
  if (missing !== undefined) return missing;
  const known = mayBeKnown ? await cache.read('cpu') : undefined;
  const verdict = known ?? (await probeDevice('cpu', env));
  if (known === undefined) await cache.write('cpu', verdict);
  return { verdict, steps: [], ...(verdict.usable ? {} : { why: verdict.reason }) };
}

async function chooseCpu(precision: Precision, options: Bfloat16Options): Promise<Device> {
  if (precision === 'float16') {
    throw new DeviceError('the CPU computes in float32, or in bfloat16 by cpu:bfloat16. Leave ":float16" out.');
  }
  const { verdict, why = '', steps } = await tryBfloat16(options);
  const openvino = findOpenvino(options.around);
  const way = verdict && wayOf(verdict, precision);
  if (way === undefined || openvino === undefined) {
    throw new DeviceError([`it cannot be used here: ${why}.`, ...steps.map(({ text }) => `${text}.`)].join(' '));
  }
  const error = `at most ${way.error.toPrecision(2)} of the largest value off in the self-test`;
  return { ...toDevice('cpu', way, `the CPU, as asked for${inPrecision(way)} (${error})`), openvino };
}

interface WantedDevice {
  readonly name: string;
  readonly precision: Precision;
  /** Of several GPUs. */
  readonly index?: number;
}

function readWanted(text: string): WantedDevice {
  const [name = '', ...rest] = text.split(':');
  const [first = ''] = rest;
  if (!/^\d{1,3}$/.test(first))
    return { name, precision: rest.length === 0 ? 'float32' : readPrecision(rest.join(':')) };
  if (name === 'cpu' || name === 'auto') throw new DeviceError(`${name} has no numbers. Leave ":${first}" out.`);
  const precision = rest.length === 1 ? 'float32' : readPrecision(rest.slice(1).join(':'));
  return { name, precision, index: Number(first) };
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
  around: DeviceSurroundings,
): Promise<Device> {
  const reasons: string[] = [];
  for (const name of candidates()) {
    const verdict = await verdictOf(name);
    const way = wayOf(verdict, precision);
    if (!verdict.usable || way === undefined) {
      reasons.push(`${name} cannot be used (${whyNot(name, verdict, around)})`);
      continue;
    }
    const times = `${way.ms.toFixed(1)} ms against ${verdict.cpuMs.toFixed(1)} ms for the self-test${inPrecision(way)}`;
    if (way.ms < verdict.cpuMs) return toDevice(name, way, `${name}: ${times}`);
    reasons.push(`${name} is slower (${times})`);
  }
  return { ...CPU, words: `the CPU, since ${reasons.join(', and ')}` };
}

/** In plain words, if the meaning of the error of the runtime and its libraries is known. */
function whyNot(name: DeviceName, verdict: DeviceVerdict, around: DeviceSurroundings): string {
  return verdict.usable ? verdict.reason : adviceFor(name, verdict, around).why;
}

function hintFor({ words }: Device, around: DeviceSurroundings): string | undefined {
  const maker = visibleGpu(around);
  if (maker === undefined) return undefined;
  return `This machine has a GPU (${maker}), and models run on ${words}. "unclip devices" says what to do about it.`;
}

function wayOf(verdict: DeviceVerdict, precision: Precision): DeviceWay | undefined {
  return verdict.usable ? verdict.ways.find((way) => way.precision === precision) : undefined;
}

function inPrecision({ precision }: DeviceWay): string {
  if (precision === 'float32') return '';
  return precision === 'float16' ? ' in half precision' : ` in ${precision}`;
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
