import { FORMULATIONS, type Formulation, type ModelRequest } from '@unclip-studio/nodes-unclip';
import type { OpenvinoParts } from '../openvino/openvino-parts.js';

/** What models can run on; `auto` is the first of them that computes correctly and is faster than the CPU. */
export const DEVICE_NAMES = ['cpu', 'cuda', 'directml', 'coreml', 'webgpu'] as const;
export type DeviceName = (typeof DEVICE_NAMES)[number];

/** The options with which ONNX Runtime selects a GPU. */
export interface GpuChoice {
  readonly index: number;
  /** An option of the provider. */
  readonly deviceId?: number;
  /** The environment that must be set before the runtime looks for GPUs. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A device with the way of writing operations that it runs right. */
export interface Device {
  readonly name: DeviceName;
  /** What ONNX Runtime calls it. */
  readonly provider: string;
  readonly formulation: Formulation;
  /** Why it was taken, for the user. */
  readonly words: string;
  /** Left out, the runtime chooses. */
  readonly gpu?: GpuChoice;
  /** What runs models in place of ONNX Runtime, in bfloat16; see {@link partOf}. */
  readonly openvino?: OpenvinoParts;
  /** For a user whose GPU is not used: that it could be. Given once for each time that devices were tested. */
  readonly hint?: string;
}

/** ONNX Runtime's options. */
export function providerOf({ provider, gpu }: Pick<Device, 'provider' | 'gpu'>) {
  return gpu?.deviceId === undefined ? provider : { name: provider, deviceId: gpu.deviceId };
}

interface DeviceTraits {
  readonly provider: string;
  /** Of each precision tried in this order: the fastest first, and what needs nothing but standard operations last. */
  readonly formulations: readonly Formulation[];
}

const { cpu, cuda, half, openvino, webgpu, webgpuFused } = FORMULATIONS;

export const DEVICES: Readonly<Record<DeviceName, DeviceTraits>> = {
  cpu: { provider: 'cpu', formulations: [cpu, openvino] },
  cuda: { provider: 'cuda', formulations: [cuda, webgpu, half] },
  directml: { provider: 'dml', formulations: [webgpuFused, webgpu, half] },
  coreml: { provider: 'coreml', formulations: [webgpu, half] },
  webgpu: { provider: 'webgpu', formulations: [webgpuFused, webgpu, half] },
};

export const CPU: Device = { name: 'cpu', provider: 'cpu', formulation: cpu, words: 'the CPU' };

/** The part of a device that runs a model: of the CPU in bfloat16, most models are run in float32 by ONNX Runtime. */
export function partOf(device: Device, { takesBfloat16 }: Pick<ModelRequest, 'takesBfloat16'>): Device {
  return device.openvino === undefined || takesBfloat16 ? device : CPU;
}

export function isDeviceName(text: string): text is DeviceName {
  return (DEVICE_NAMES as readonly string[]).includes(text);
}

/** What decides the digits: a device and, where it is not float32, its precision, such as `webgpu float16` or `cpu bfloat16`. */
export function arithmeticOf({ name, formulation }: Pick<Device, 'name' | 'formulation'>): string {
  return formulation.precision === 'float32' ? name : `${name} ${formulation.precision}`;
}

/** A device as `--device` takes it: `cpu`, `cpu:bfloat16`, `webgpu:1:float16`. */
export function optionOf({ name, gpu, formulation }: Pick<Device, 'name' | 'gpu' | 'formulation'>): string {
  const parts = [name, ...(gpu === undefined ? [] : [gpu.index])];
  return (formulation.precision === 'float32' ? parts : [...parts, formulation.precision]).join(':');
}

/** A checkpoint's name in fingerprints; on the CPU it is the checkpoint's own. @param arithmetic see {@link arithmeticOf} */
export function identityOn(arithmetic: string, identity: string): string {
  return arithmetic === 'cpu' ? identity : `${identity} on ${arithmetic}`;
}

/** For receipts: both devices, if the first one failed during the run. */
export function deviceLabel(first: Device = CPU, now: Device = CPU): string {
  const [one, other] = [arithmeticOf(first), arithmeticOf(now)];
  return one === other ? one : `${one}, then ${other}`;
}

/** The arithmetic that a run began with, by its receipt; the CPU's if the words are none of ours. */
export function arithmeticOfLabel(label: string): string {
  const [first = ''] = label.split(',');
  const [name = '', precision = 'float16'] = first.split(' ');
  return isDeviceName(name) && /^b?float16$/.test(precision) ? first : 'cpu';
}
