import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { DeviceName, GpuChoice } from './device.js';
import { type DeviceSurroundings, vulkanDrivers } from './device-advice.js';

/** One of several GPUs that a device can use. */
export interface Gpu {
  /** As `--device` takes it, such as `cuda:1`. */
  readonly name: string;
  /** Its name, for its owner. */
  readonly words: string;
}

/**
 * The GPUs that a device can use; none if that cannot be determined. CUDA numbers them like `nvidia-smi`. For WebGPU on
 * Linux they are Vulkan's drivers, some of which may have no GPU.
 */
export async function listGpus(device: DeviceName, around: DeviceSurroundings): Promise<readonly Gpu[]> {
  if (device === 'cuda') return (await askNvidiaSmi(around)).map((words, index) => ({ name: `cuda:${index}`, words }));
  if (device !== 'webgpu' || around.platform !== 'linux') return [];
  return vulkanDrivers(around).map((words, index) => ({ name: `webgpu:${index}`, words }));
}

/** @returns an error message about the number, as a string */
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
    // Without an NVIDIA driver there is no such program.
    return [];
  }
}
