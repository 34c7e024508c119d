import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { sha256 } from '../sha256.js';
import { DEVICES, type DeviceName } from './device.js';
import type { DeviceVerdict } from './self-test.js';

// A new driver may have mended, or broken, what an older one did.
const MAX_AGE_MS = 7 * 24 * 3600 * 1000;

interface KeptVerdict {
  readonly key: string;
  readonly atMs: number;
  readonly verdict: DeviceVerdict;
}

/** What devices showed of themselves when they were last tested, so that not every start tests them. */
export interface VerdictCache {
  read(device: DeviceName): Promise<DeviceVerdict | undefined>;
  /** A cache that cannot be written is none. */
  write(device: DeviceName, verdict: DeviceVerdict): Promise<void>;
}

/** @param folder of caches; left out, nothing is kept */
export function createVerdictCache(folder: string | undefined): VerdictCache {
  const fileOf = (device: DeviceName) => join(folder ?? '', `device-${device}.json`);
  return {
    async read(device) {
      if (folder === undefined) return undefined;
      try {
        const kept = JSON.parse(await readFile(fileOf(device), 'utf8')) as KeptVerdict;
        return kept.key === keyOf(device) && Date.now() - kept.atMs < MAX_AGE_MS ? kept.verdict : undefined;
      } catch {
        return undefined;
      }
    },
    async write(device, verdict) {
      if (folder === undefined) return;
      const kept: KeptVerdict = { key: keyOf(device), atMs: Date.now(), verdict };
      try {
        await mkdir(dirname(fileOf(device)), { recursive: true });
        await writeFile(fileOf(device), JSON.stringify(kept));
      } catch {
        // It is tested again at the next start.
      }
    },
  };
}

/** Changes with what decides about a device: the runtime, the machine, and what chooses its driver. */
function keyOf(device: DeviceName): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { readonly version: string };
  const drivers = ['VK_ICD_FILENAMES', 'VK_DRIVER_FILES', 'CUDA_VISIBLE_DEVICES'].map(
    (name) => process.env[name] ?? '',
  );
  const ways = DEVICES[device].formulations.map(({ name }) => name);
  return sha256(
    [device, ...ways, version, process.platform, process.arch, cpus()[0]?.model ?? '', ...drivers].join('\n'),
  );
}
