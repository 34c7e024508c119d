import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

// Chromium without its own windows, menus and start page: the tests of a file take 22 s with it and 36 s with the whole one.
const HEADLESS_SHELL = '/usr/bin/chromium-headless-shell';

// Debian, Ubuntu, Fedora, macOS and Windows; `CHROMIUM` names any other.
const PLACES = [
  HEADLESS_SHELL,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

// WebGPU is tested on the software Vulkan that comes with the browser, and found through this loader.
const VULKAN = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/libvulkan.so.1`);

/** Quiet, without a screen and without network requests of its own. */
export const CHROMIUM_FLAGS: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser for tests. @throws Error if there is none: such tests fail and are not skipped */
export function findChromium(): string {
  const found = lookForChromium();
  if (found !== undefined) return found;
  throw new Error(
    'No Chromium was found, which the tests of the editor need. Install it (on Debian: apt-get install chromium), ' +
      'or name its path in CHROMIUM.',
  );
}

/** Once before all tests: if a browser has to be installed, it happens here, when nothing waits for it yet. */
export function setup(): void {
  const isDebianRoot = existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
  const isWhole = hasBrowser() && VULKAN.some((path) => existsSync(path));
  if (isWhole || !isDebianRoot) return;
  console.error('Installing Chromium and a Vulkan loader for the tests of the editor and of WebGPU ...');
  for (const task of [
    ['update'],
    ['install', '--yes', '--no-install-recommends', 'chromium-headless-shell', 'libvulkan1'],
  ]) {
    execFileSync('apt-get', task, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
}

function hasBrowser(): boolean {
  return process.env['CHROMIUM'] !== undefined || existsSync(HEADLESS_SHELL);
}

function lookForChromium(): string | undefined {
  return [process.env['CHROMIUM'], ...PLACES].find((path) => path !== undefined && existsSync(path));
}
