import type { Browser } from 'playwright-core';
import { installFrameMeter } from './frame-meter.js';
import { createPointer } from './pointer.js';
import { type Stage, VIEW } from './scenes.js';

/** A page that shows a graph, and what it cost to show it. */
export interface OpenGraph {
  readonly stage: Stage;
  readonly loadMs: number;
  readonly elements: number;
  readonly listenersPerNode: number;
  close(): Promise<void>;
}

/** Opens a page with the bench's hooks, and in it a graph of `count` nodes. */
export async function openGraph(
  browser: Browser,
  origin: string,
  { count, seconds }: { readonly count: number; readonly seconds: number },
): Promise<OpenGraph> {
  const context = await browser.newContext({ viewport: VIEW });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable');
  await page.goto(`${origin}/?bench`);
  await page.waitForFunction('window.__editorBench !== undefined');
  await installFrameMeter(page);
  const loadMs = await page.evaluate(async (n) => {
    const startMs = performance.now();
    await globalThis.__editorBench.load(n);
    return Math.round(performance.now() - startMs);
  }, count);
  const elements = await page.evaluate<number>(`document.getElementsByTagName('*').length`);
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const listeners = metrics.find(({ name }) => name === 'JSEventListeners')?.value ?? 0;
  return {
    stage: { page, pointer: createPointer(session), seconds },
    loadMs,
    elements,
    listenersPerNode: Math.round(listeners / count),
    close: () => context.close(),
  };
}
