import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lavapipe } from './lavapipe.js';
import { tempFolder } from './temp-folder.js';

const SOURCE = fileURLToPath(new URL('../../test/support/small-memory-driver.c', import.meta.url));

/**
 * The environment for Mesa's software Vulkan with as much memory as `VK_MEMORY_LIMIT` says, in bytes. The driver is compiled
 * at each call.
 *
 * @throws Error if there is no C compiler: such tests fail and are not skipped
 */
export function smallMemoryDriver(): Readonly<Record<string, string>> {
  const { LD_LIBRARY_PATH = '' } = lavapipe();
  const folder = tempFolder();
  const library_path = join(folder, 'small-memory-driver.so');
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library_path, SOURCE, '-ldl'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  } catch (cause) {
    throw new Error('The driver with little memory could not be compiled; on Debian: apt-get install gcc libc6-dev', {
      cause,
    });
  }
  const description = join(folder, 'driver.json');
  writeFileSync(
    description,
    JSON.stringify({ file_format_version: '1.0.0', ICD: { api_version: '1.4.305', library_path } }),
  );
  return {
    ...{ VK_ICD_FILENAMES: description, VK_DRIVER_FILES: description, LD_LIBRARY_PATH },
    VK_REAL_DRIVER: join(LD_LIBRARY_PATH, 'libvulkan_lvp.so'),
    VK_MEMORY_LIMIT: String(2 ** 40),
  };
}
