import { rm } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { type Browser, chromium } from 'playwright-core';
import { buildEditor } from '../e2e/support/build-editor.js';
import { CHROMIUM_FLAGS, findChromium } from '../e2e/support/find-chromium.js';
import { serveFolder } from '../e2e/support/serve-folder.js';
import { measureFirstOpen } from './editor/first-open.js';
import { installFrameMeter } from './editor/frame-meter.js';
import { createPointer } from './editor/pointer.js';
import { drag, livePan, pan, type SceneResult, type Stage, showNear, showWhole, VIEW, zoom } from './editor/scenes.js';

// Frames a second of others with 1,000 cards, same scenes and machine: whole-graph pan.
const OTHERS = { 'ComfyUI frontend': 13, '@xyflow/react 12': 11, 'stock Rete 2': 14 };

interface Run {
  readonly loadMs: number;
  readonly elements: number;
  readonly listenersPerNode: number;
  readonly scenes: readonly SceneResult[];
}

async function measure(browser: Browser, origin: string, count: number): Promise<Run> {
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
  const stage: Stage = { page, pointer: createPointer(session), seconds };
  const scenes: SceneResult[] = [];
  await showNear(stage);
  scenes.push(await pan(stage, 'pan'));
  await showWhole(stage);
  scenes.push(await pan(stage, 'whole pan'));
  await showNear(stage);
  scenes.push(await zoom(stage, 'zoom'));
  await showNear(stage);
  scenes.push(await drag(stage, 'drag'));
  await showWhole(stage);
  scenes.push(await drag(stage, 'whole drag'));
  await showNear(stage);
  scenes.push(await livePan(stage, 'live pan'));
  await context.close();
  return { loadMs, elements, listenersPerNode: Math.round(listeners / count), scenes };
}

const secondsAt = process.argv.indexOf('--seconds');
const seconds = secondsAt < 0 ? 5 : Number(process.argv[secondsAt + 1]);
const folder = await buildEditor();
const server = await serveFolder(folder);
const browser = await chromium.launch({ executablePath: findChromium(), headless: true, args: [...CHROMIUM_FLAGS] });
try {
  console.log(`load of the machine before: ${loadavg()[0]?.toFixed(2)}; frame rates mean little above 1`);
  const first = await measureFirstOpen(browser, server.origin);
  const runs = new Map<number, Run>();
  for (const count of [100, 500, 1000, 3000]) {
    const run = await measure(browser, server.origin, count);
    runs.set(count, run);
    console.log(
      `\n${count} nodes: open ${run.loadMs} ms, ${run.elements} elements, ${run.listenersPerNode} listeners a node`,
    );
    console.table(Object.fromEntries(run.scenes.map(({ scene, ...row }) => [scene, row])));
  }
  const fps = (count: number, name: string) =>
    runs.get(count)?.scenes.find(({ scene }) => scene === name)?.fps ?? Number.NaN;
  const figures = {
    pan500Fps: fps(500, 'pan'),
    pan1000Fps: fps(1000, 'pan'),
    wholePan1000Fps: fps(1000, 'whole pan'),
    zoom1000Fps: fps(1000, 'zoom'),
    drag1000Fps: fps(1000, 'drag'),
    wholeDrag1000Fps: fps(1000, 'whole drag'),
    livePan1000Fps: fps(1000, 'live pan'),
    openQuiet1000Ms: runs.get(1000)?.loadMs ?? Number.NaN,
    ...first,
    elements1000: runs.get(1000)?.elements,
    listenersPerNode1000: runs.get(1000)?.listenersPerNode,
    pan3000Fps: fps(3000, 'pan'),
    wholePan3000Fps: fps(3000, 'whole pan'),
  };
  console.log(`page ${first.pageKib} KiB in ${first.requests} requests, ready in ${first.readyMs} ms`);
  console.log(`whole-graph pan of others: ${JSON.stringify(OTHERS)}`);
  if (process.argv.includes('--json')) console.log(JSON.stringify(figures));
} finally {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
