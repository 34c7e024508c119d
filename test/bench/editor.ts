import { rm } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { serveFolder } from '../e2e/support/serve-folder.js';
import { openBrowser } from '../support/browser.js';
import { buildPage } from './editor/build-page.js';
import { compare, type Run } from './editor/compare.js';
import { measureFirstOpen } from './editor/first-open.js';

// Frames a second of others with 1,000 cards, same scenes and machine: whole-graph pan.
const OTHERS = { 'ComfyUI frontend': 13, 'stock Rete 2': 14 };

const seconds = Number(option('--seconds') ?? 5);
const sizes = (option('--sizes') ?? '100,500,1000,3000').split(',').map(Number);
const folders = [await buildPage(), await buildPage(fileURLToPath(new URL('xyflow', import.meta.url)))] as const;
const server = await serveFolder(folders[0]);
const xyflowServer = await serveFolder(folders[1]);
const browser = await openBrowser();
try {
  console.log(`load of the machine before: ${loadavg()[0]?.toFixed(2)}; frame rates mean little above 1`);
  const first = await measureFirstOpen(browser, server.origin);
  const runs = new Map<number, Run>();
  const xyflowRuns = new Map<number, Run>();
  for (const count of sizes) {
    const [run, xyflow] = await compare(browser, [server.origin, xyflowServer.origin], { count, seconds });
    if (run === undefined || xyflow === undefined) throw new Error('Internal error: a page was not measured');
    runs.set(count, run);
    xyflowRuns.set(count, xyflow);
    print(count, run, xyflow);
  }
  const figures = {
    pan500Fps: fps(runs, 500, 'pan'),
    pan1000Fps: fps(runs, 1000, 'pan'),
    wholePan1000Fps: fps(runs, 1000, 'whole pan'),
    zoom1000Fps: fps(runs, 1000, 'zoom'),
    drag1000Fps: fps(runs, 1000, 'drag'),
    wholeDrag1000Fps: fps(runs, 1000, 'whole drag'),
    livePan1000Fps: fps(runs, 1000, 'live pan'),
    openQuiet1000Ms: runs.get(1000)?.loadMs ?? Number.NaN,
    ...first,
    elements1000: runs.get(1000)?.elements,
    listenersPerNode1000: runs.get(1000)?.listenersPerNode,
    pan3000Fps: fps(runs, 3000, 'pan'),
    wholePan3000Fps: fps(runs, 3000, 'whole pan'),
    xyflowPan1000Fps: fps(xyflowRuns, 1000, 'pan'),
    xyflowWholePan1000Fps: fps(xyflowRuns, 1000, 'whole pan'),
    xyflowZoom1000Fps: fps(xyflowRuns, 1000, 'zoom'),
    xyflowDrag1000Fps: fps(xyflowRuns, 1000, 'drag'),
    xyflowOpenQuiet1000Ms: xyflowRuns.get(1000)?.loadMs ?? Number.NaN,
  };
  console.log(`page ${first.pageKib} KiB in ${first.requests} requests, ready in ${first.readyMs} ms`);
  console.log(`whole-graph pan of others: ${JSON.stringify(OTHERS)}`);
  if (process.argv.includes('--json')) console.log(JSON.stringify(figures));
} finally {
  await browser.close();
  await server.close();
  await xyflowServer.close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
}

function option(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

function fps(runs: ReadonlyMap<number, Run>, count: number, name: string): number {
  return runs.get(count)?.scenes.find(({ scene }) => scene === name)?.fps ?? Number.NaN;
}

function print(count: number, run: Run, xyflow: Run): void {
  console.log(`\n${count} nodes`);
  for (const [name, { loadMs, elements, listenersPerNode }] of Object.entries({ editor: run, xyflow })) {
    console.log(`${name}: open ${loadMs} ms, ${elements} elements, ${listenersPerNode} listeners a node`);
  }
  const rows = run.scenes.map(({ scene, ...row }, i) => {
    const other = xyflow.scenes[i];
    return [
      scene,
      {
        ...row,
        'xyflow fps': other?.fps,
        'xyflow p95Ms': other?.p95Ms,
        'xyflow moved': other?.moved,
        ...(other?.painted !== undefined && { 'xyflow painted': other.painted }),
      },
    ] as const;
  });
  console.table(Object.fromEntries(rows));
}
