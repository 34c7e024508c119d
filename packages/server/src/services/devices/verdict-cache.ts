import { mkdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { replaceFile } from '../../common/durable-write.js';
import { sha256 } from '../../common/sha256.js';
import { onnxRuntime } from '../onnx-runtime.js';
import { DEVICES, type DeviceName } from './device.js';
import type { DeviceVerdict } from './self-test.js';

// A new driver may have mended, or broken, what an older one did.
const MAX_AGE_MS = 7 * 24 * 3600 * 1000;

interface KeptVerdict {
  readonly key: string;
  readonly atMs: number;
  readonly verdict: DeviceVerdict;
}

/** What devices showed of themselves when they were last tested, so that not every start or run tests them. */
export interface VerdictCache {
  read(device: DeviceName): Promise<DeviceVerdict | undefined>;
  /** A cache that cannot be written is none. */
  write(device: DeviceName, verdict: DeviceVerdict): Promise<void>;
}

// For as long as the process lives, where nothing is kept on disk.
const inMemory = new Map<DeviceName, KeptVerdict>();

/**
 * @param folder of caches; left out, verdicts are kept in memory
 * @param env names drivers, whose change makes a verdict void
 */
export function createVerdictCache(folder: string | undefined, env: Readonly<NodeJS.ProcessEnv>): VerdictCache {
  const fileOf = (device: DeviceName) => join(folder ?? '', `device-${device}.json`);
  return {
    async read(device) {
      const kept = folder === undefined ? inMemory.get(device) : await readKept(fileOf(device));
      const isValid = kept?.key === keyOf(device, env) && Date.now() - kept.atMs < MAX_AGE_MS;
      return isValid ? kept.verdict : undefined;
    },
    async write(device, verdict) {
      const kept: KeptVerdict = { key: keyOf(device, env), atMs: Date.now(), verdict };
      if (folder === undefined) {
        inMemory.set(device, kept);
        return;
      }
      try {
        await mkdir(dirname(fileOf(device)), { recursive: true });
        await replaceFile(fileOf(device), { parts: [JSON.stringify(kept)] });
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
  return sha256(
    [device, ...ways, version, process.platform, process.arch, cpus()[0]?.model ?? '', ...drivers].join('\n'),
  );
}
