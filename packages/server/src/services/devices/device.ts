import { FORMULATIONS, type Formulation } from '@unclip-studio/nodes-unclip';

/** What models can run on; `auto` stands for the first of them that is right and faster than the CPU. */
export const DEVICE_NAMES = ['cpu', 'cuda', 'directml', 'coreml', 'webgpu'] as const;
export type DeviceName = (typeof DEVICE_NAMES)[number];

/** A device with the way of writing operations that it runs right. */
export interface Device {
  readonly name: DeviceName;
  /** What ONNX Runtime calls it. */
  readonly provider: string;
  readonly formulation: Formulation;
  /** Why it was taken, for the user. */
  readonly words: string;
}

interface DeviceTraits {
  readonly provider: string;
  /** Tried in this order: the fastest first, and only what needs nothing but standard operations last. */
  readonly formulations: readonly Formulation[];
}

const { cpu, webgpu, webgpuFused } = FORMULATIONS;

export const DEVICES: Readonly<Record<DeviceName, DeviceTraits>> = {
  cpu: { provider: 'cpu', formulations: [cpu] },
  cuda: { provider: 'cuda', formulations: [cpu, webgpu] },
  directml: { provider: 'dml', formulations: [webgpuFused, webgpu] },
  coreml: { provider: 'coreml', formulations: [webgpu] },
  webgpu: { provider: 'webgpu', formulations: [webgpuFused, webgpu] },
};

export const CPU: Device = { name: 'cpu', provider: 'cpu', formulation: cpu, words: 'the CPU' };

export function isDeviceName(text: string): text is DeviceName {
  return (DEVICE_NAMES as readonly string[]).includes(text);
}

/** A checkpoint's name in fingerprints; on the CPU it is the checkpoint's own. */
export function identityOn(device: DeviceName, identity: string): string {
  return device === 'cpu' ? identity : `${identity} on ${device}`;
}

/** What a receipt says: both devices, if the first one failed on the way. */
export function deviceLabel(first: DeviceName = 'cpu', now: DeviceName = 'cpu'): string {
  return first === now ? first : `${first}, then ${now}`;
}
