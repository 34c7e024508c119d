import { type Browser, type BrowserServer, chromium, type LaunchOptions } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from './chromium.js';

/** A real headless Chromium. @throws Error that says how to get one, if there is none */
export function openBrowser(): Promise<Browser> {
  return chromium.launch(launchOptions());
}

/** One Chromium for several processes: each connects to its endpoint, and sees only the contexts that it opened. */
export function openSharedBrowser(): Promise<BrowserServer> {
  return chromium.launchServer({ ...launchOptions(), host: '127.0.0.1' });
}

function launchOptions(): LaunchOptions {
  return { executablePath: findChromium(), headless: true, args: [...CHROMIUM_FLAGS] };
}
