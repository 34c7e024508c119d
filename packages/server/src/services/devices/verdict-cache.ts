import { mkdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { replaceFile } from '../../common/durable-write.js';
import { sha256 } from '../../common/sha256.js';
import { onnxRuntime } from '../onnx-runtime.js';
import { OPENVINO_VERSION } from '../openvino/openvino-parts.js';
import { DEVICES, type DeviceName, type GpuChoice } from './device.js';
import type { DeviceVerdict } from './self-test.js';

// A new driver may have fixed or broken something.
const MAX_AGE_MS = 7 * 24 * 3600 * 1000;

interface KeptVerdict {
  readonly key: string;
  readonly atMs: number;
  readonly verdict: DeviceVerdict;
}

/** What devices showed of themselves when they were last tested, so that not every start or run tests them. */
export interface VerdictCache {
  read(device: DeviceName, gpu?: GpuChoice): Promise<DeviceVerdict | undefined>;
  /** A cache that cannot be written is none. */
  write(device: DeviceName, verdict: DeviceVerdict, gpu?: GpuChoice): Promise<void>;
}

// For as long as the process lives, where nothing is kept on disk.
const inMemory = new Map<string, KeptVerdict>();

/**
 * @param folder of caches; left out, verdicts are kept in memory
 * @param env names drivers, whose change makes a verdict void
 */
export function createVerdictCache(folder: string | undefined, env: Readonly<NodeJS.ProcessEnv>): VerdictCache {
  const nameOf = (device: DeviceName, gpu?: GpuChoice) => (gpu === undefined ? device : `${device}-${gpu.index}`);
  const fileOf = (name: string) => join(folder ?? '', `device-${name}.json`);
  return {
    async read(device, gpu) {
      const name = nameOf(device, gpu);
      const kept = folder === undefined ? inMemory.get(name) : await readKept(fileOf(name));
      const isValid = kept?.key === keyOf(device, { ...env, ...gpu?.env }) && Date.now() - kept.atMs < MAX_AGE_MS;
      return isValid ? kept.verdict : undefined;
    },
    async write(device, verdict, gpu) {
      const name = nameOf(device, gpu);
      const kept: KeptVerdict = { key: keyOf(device, { ...env, ...gpu?.env }), atMs: Date.now(), verdict };
      if (folder === undefined) {
        inMemory.set(name, kept);
        return;
      }
      try {
        await mkdir(dirname(fileOf(name)), { recursive: true });
        await replaceFile(fileOf(name), { parts: [JSON.stringify(kept)] });
      } catch {
        // It is tested again at the next start.
      }
    },
  };
}

async function readKept(file: string): Promise<KeptVerdict | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as KeptVerdict;
  } catch {
    return undefined;
  }
}

/** Changes with what decides about a device: the runtime, the machine, and what chooses its driver. */
function keyOf(device: DeviceName, env: Readonly<NodeJS.ProcessEnv>): string {
  const { version } = onnxRuntime();
  const drivers = ['VK_ICD_FILENAMES', 'VK_DRIVER_FILES', 'CUDA_VISIBLE_DEVICES'].map((name) => env[name] ?? '');
  const ways = DEVICES[device].formulations.map(({ name }) => name);
  if (device === 'cpu') ways.push(OPENVINO_VERSION);
  return sha256(
    [device, ...ways, version, process.platform, process.arch, cpus()[0]?.model ?? '', ...drivers].join('\n'),
  );
}
