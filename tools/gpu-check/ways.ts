import { FORMULATIONS, type Formulation } from '@unclip-studio/nodes-unclip';
import type { Device } from '@unclip-studio/server';
import {
  DEVICE_NAMES,
  DEVICES,
  type DeviceName,
  isDeviceName,
} from '../../packages/server/dist/services/devices/device.js';

const { cpu, cuda, half, webgpu, webgpuFused } = FORMULATIONS;

/** Formulations that the program uses, and two that it could: fused attention and fused products in half precision. */
const WAYS: Readonly<Record<string, Formulation>> = {
  cpu,
  cuda,
  webgpu,
  'webgpu-fused': webgpuFused,
  half,
  'half-fused': { ...half, name: 'half-fused', attention: 'mha' },
  'cuda-half': { ...cuda, name: 'cuda-half', precision: 'float16' },
};

/** On each device that the kit knows: float32 first. */
const WAYS_ON: Readonly<Record<string, readonly string[]>> = {
  cpu: ['cpu'],
  webgpu: ['webgpu', 'webgpu-fused', 'half', 'half-fused'],
  cuda: ['webgpu', 'cuda', 'half', 'half-fused', 'cuda-half'],
};

/** @param wanted only these of them, with commas between; all when empty or left out */
export function waysOn(device: string, wanted = ''): readonly string[] {
  const all = WAYS_ON[device] ?? ['webgpu', 'webgpu-fused', 'half'];
  return wanted === '' ? all : all.filter((way) => wanted.split(',').includes(way));
}

/** @throws Error for an unknown name */
export function wayNamed(name: string): Formulation {
  const found = WAYS[name];
  if (found === undefined) throw new Error(`unknown way "${name}"; expected one of ${Object.keys(WAYS).join(', ')}`);
  return found;
}

/** @throws Error for a device that the program does not know */
export function deviceNamed(name: string): DeviceName {
  if (!isDeviceName(name)) throw new Error(`unknown device "${name}"; expected one of ${DEVICE_NAMES.join(', ')}`);
  return name;
}

/** @throws Error for a device that the program does not know */
export function deviceWith(name: string, formulation: Formulation): Device {
  const known = deviceNamed(name);
  return { name: known, provider: DEVICES[known].provider, formulation, words: 'the kit asks for it' };
}

/** How far values are from the right ones. */
export interface Difference {
  /** Largest difference, of the largest right value. */
  readonly ofLargest: number;
  /** Root mean square error, relative to that of the correct values. */
  readonly rms: number;
  /** Values that are no finite numbers. */
  readonly notFinite: number;
}

export function differenceOf(found: ArrayLike<number>, right: ArrayLike<number>): Difference {
  let [most, largest, squares, all, notFinite] = [0, 0, 0, 0, 0];
  for (let i = 0; i < right.length; i++) {
    const expected = right[i] ?? 0;
    const off = (found[i] ?? Number.NaN) - expected;
    largest = Math.max(largest, Math.abs(expected));
    all += expected * expected;
    if (!Number.isFinite(off)) notFinite++;
    else {
      most = Math.max(most, Math.abs(off));
      squares += off * off;
    }
  }
  return { ofLargest: digits(most / largest), rms: digits(Math.sqrt(squares / all)), notFinite };
}

function digits(value: number): number {
  return Number(value.toPrecision(3));
}

/** What went wrong, in one short line. */
export function shortError(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return words.replace(/\s+/g, ' ').slice(0, 300);
}
