import type { Browser } from 'playwright-core';
import { VIEW } from './scenes.js';

/** What it costs to open the page for the first time. */
export interface FirstOpen {
  /** Until the first workflow is on the canvas. */
  readonly readyMs: number;
  /** As they come over the wire, compressed. */
  readonly pageKib: number;
  readonly requests: number;
}

export async function measureFirstOpen(browser: Browser, origin: string): Promise<FirstOpen> {
  const context = await browser.newContext({ viewport: VIEW });
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  let requests = 0;
  let bytes = 0;
  network.on('Network.requestWillBeSent', ({ request }) => {
    if (!request.url.startsWith('data:')) requests++;
  });
  network.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  const startMs = performance.now();
  await page.goto(origin, { waitUntil: 'commit' });
  await page.waitForSelector('[data-node-id=save]');
  const readyMs = Math.round(performance.now() - startMs);
  // What is fetched once the page stands counts as well.
  await page.waitForTimeout(1500);
  await context.close();
  return { readyMs, pageKib: Math.round(bytes / 1024), requests };
}
