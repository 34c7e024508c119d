import { existsSync } from 'node:fs';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The browser for tests. @throws Error if there is none: such tests fail and are not left out */
export function findChromium(): string {
  const named = process.env['CHROMIUM'];
  const found = named ?? USUAL_PLACES.find((path) => existsSync(path));
  if (found === undefined || !existsSync(found)) {
    throw new Error(
      `There is no Chromium at ${named ?? USUAL_PLACES.join(', ')}. Install one, or name it in CHROMIUM.`,
    );
  }
  return found;
}

/** Quiet, without a screen and without calls of its own to the network. */
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
