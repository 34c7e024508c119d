import { existsSync } from 'node:fs';

// Where Debian's and Chrome's own packages keep the software Vulkan that comes with the browser.
const PLACES = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
];

/**
 * The environment for a Vulkan without a GPU.
 *
 * @throws Error if there is none: such tests fail and are not skipped
 */
export function softwareVulkan(): Readonly<Record<string, string>> {
  const driver = PLACES.find((path) => existsSync(path));
  if (driver !== undefined) return { VK_ICD_FILENAMES: driver };
  throw new Error(
    'No software Vulkan was found, on which WebGPU is tested. It comes with Chromium; on Debian: apt-get install chromium ' +
      'libvulkan1.',
  );
}
