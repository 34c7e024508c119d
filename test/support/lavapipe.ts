import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FOLDER = join(tmpdir(), 'unclip-lavapipe');
const LIBRARIES = join(FOLDER, 'root/usr/lib/x86_64-linux-gnu');
const DRIVER = join(FOLDER, 'lavapipe.json');
// The driver itself, and what it needs in the version that fits.
const PACKAGES = ['mesa-vulkan-drivers', 'libdrm2', 'libdrm-amdgpu1'];

/**
 * The environment for Mesa's software Vulkan, from Debian's backports: it supports half precision, which the one
 * included in Chromium does not, and ONNX Runtime's WebGPU rejects versions before Mesa 25. It is unpacked into a
 * folder for temporary files at the first call; nothing is installed.
 *
 * @throws Error if it is not available: such tests fail and are not skipped
 */
export function lavapipe(): Readonly<Record<string, string>> {
  if (!existsSync(DRIVER)) unpack();
  return { VK_ICD_FILENAMES: DRIVER, VK_DRIVER_FILES: DRIVER, LD_LIBRARY_PATH: LIBRARIES };
}

function unpack(): void {
  rmSync(FOLDER, { recursive: true, force: true });
  for (const folder of ['lists/partial', 'debs', 'root']) mkdirSync(join(FOLDER, folder), { recursive: true });
  const sources = join(FOLDER, 'backports.list');
  const key = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(sources, `deb [signed-by=${key}] http://deb.debian.org/debian bookworm-backports main\n`);
  const options = [
    ...['-o', `Dir::Etc::sourcelist=${sources}`, '-o', 'Dir::Etc::sourceparts=/dev/null'],
    ...['-o', `Dir::State::lists=${join(FOLDER, 'lists')}`],
  ];
  const apt = (...args: string[]) =>
    execFileSync('apt-get', [...options, ...args], { cwd: join(FOLDER, 'debs'), stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    apt('update');
    apt('download', ...PACKAGES);
    for (const file of readdirSync(join(FOLDER, 'debs'))) {
      execFileSync('dpkg-deb', ['-x', join(FOLDER, 'debs', file), join(FOLDER, 'root')]);
    }
  } catch (error) {
    throw new Error(`Mesa's software Vulkan could not be fetched from Debian's backports: ${String(error)}`);
  }
  const library_path = join(LIBRARIES, 'libvulkan_lvp.so');
  writeFileSync(
    `${DRIVER}.part`,
    JSON.stringify({ file_format_version: '1.0.0', ICD: { api_version: '1.4.305', library_path } }),
  );
  renameSync(`${DRIVER}.part`, DRIVER);
}
