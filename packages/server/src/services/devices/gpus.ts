import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { DeviceName, GpuChoice } from './device.js';
import { type DeviceSurroundings, vulkanDrivers } from './device-advice.js';

/** One of several GPUs, by which a device can be told to go. */
export interface Gpu {
  /** As `--device` takes it, such as `cuda:1`. */
  readonly name: string;
  /** What it is, for its owner. */
  readonly words: string;
}

/**
 * The GPUs that a device can be told to take; none where that cannot be found out. CUDA numbers them as `nvidia-smi` does. Of WebGPU
 * on Linux they are Vulkan's drivers, some of which may have no GPU.
 */
export async function listGpus(device: DeviceName, around: DeviceSurroundings): Promise<readonly Gpu[]> {
  if (device === 'cuda') return (await askNvidiaSmi(around)).map((words, index) => ({ name: `cuda:${index}`, words }));
  if (device !== 'webgpu' || around.platform !== 'linux') return [];
  return vulkanDrivers(around).map((words, index) => ({ name: `webgpu:${index}`, words }));
}

/** @returns what is wrong with the number, as a string */
export function chooseGpu(device: DeviceName, index: number, around: DeviceSurroundings): GpuChoice | string {
  if (device === 'cuda' || device === 'directml') return { index, deviceId: index };
  if (device !== 'webgpu' || around.platform !== 'linux') {
    return `ONNX Runtime chooses among the GPUs of ${device} itself. Leave ":${index}" out.`;
  }
  const drivers = vulkanDrivers(around);
  const file = drivers[index];
  if (file === undefined) return `there are ${drivers.length} drivers of Vulkan: ${drivers.join(', ') || 'none'}`;
  // The former name is for Vulkan loaders before 1.3.
  return { index, env: { VK_DRIVER_FILES: file, VK_ICD_FILENAMES: file } };
}

const NVIDIA_SMI_MS = 10_000;

async function askNvidiaSmi({ env }: DeviceSurroundings): Promise<readonly string[]> {
  const query = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader'];
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { env: { ...env }, timeout: NVIDIA_SMI_MS });
    return stdout.split('\n').filter((line) => line.trim() !== '');
  } catch {
    // Without a driver of NVIDIA there is no such program.
    return [];
  }
}
