import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBrowser } from '../support/browser.js';
import { fillGallery } from '../support/fill-gallery.js';
import { median, rounded, timeMs } from '../support/measure.js';
import { startTestServer } from '../support/test-server.js';
import { buildPage } from './editor/build-page.js';
import { installFrameMeter, measureFrames } from './editor/frame-meter.js';

// How the gallery performs with many images: scrolling in the browser, searching on the server.

const count = Number(option('--pictures') ?? 50_000);
const seconds = Number(option('--seconds') ?? 4);
const folder = mkdtempSync(join(tmpdir(), 'unclip-bench-'));
const editorFolder = await buildPage();
console.log(`load of the machine before: ${loadavg()[0]?.toFixed(2)}; filling a gallery with ${count} pictures`);
await fillGallery(folder, count);
const server = await startTestServer(folder, {}, { editorFolder });
const browser = await openBrowser();
try {
  const queries = {
    all: '',
    word: 'heart',
    params: 'steps>20 model:tiny -blue',
    nothing: 'seed=3',
  };
  const searchMs: Record<string, number> = {};
  for (const [name, query] of Object.entries(queries)) {
    const times: number[] = [];
    for (let i = 0; i < 9; i++) {
      times.push(await timeMs(() => server.ask('GET', `/api/gallery?query=${encodeURIComponent(query)}&limit=100`)));
    }
    searchMs[name] = rounded(median(times), 1);
  }
  const middleMs = await timeMs(() => server.ask('GET', `/api/gallery?offset=${Math.floor(count / 2)}&limit=100`));
  const { similarMs, longestWaitMs } = await measureSimilar();

  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(server.signInUrl);
  await page.getByTestId('gallery-button').click();
  await page.locator('.image-tile img').first().waitFor();
  await installFrameMeter(page);
  const grid = page.getByTestId('gallery-grid');
  const box = (await grid.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const wheel = await measureFrames(page, async () => {
    for (let i = 0; i < seconds * 30; i++) {
      await page.mouse.wheel(0, 160);
      await page.waitForTimeout(1000 / 30);
    }
  });
  const jumps = await measureFrames(page, async () => {
    for (let i = 0; i < seconds * 4; i++) {
      await grid.evaluate((element, share) => element.scrollTo(0, element.scrollHeight * share), (i * 0.37) % 1);
      await page.waitForTimeout(250);
    }
  });
  const elements = await page.locator('.gallery *').count();
  const heapMb = await page.evaluate(
    () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize / 2 ** 20,
  );
  const figures = {
    galleryPictures: count,
    galleryScrollFps: wheel.fps,
    galleryScrollP95Ms: wheel.p95Ms,
    galleryJumpFps: jumps.fps,
    galleryElements: elements,
    galleryHeapMb: rounded(heapMb, 1),
    gallerySearchMs: searchMs,
    galleryMiddleMs: rounded(middleMs, 1),
    gallerySimilarMs: similarMs,
    gallerySimilarLongestWaitMs: longestWaitMs,
  };
  console.log(figures);
  if (process.argv.includes('--json')) console.log(JSON.stringify(figures));
} finally {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
  rmSync(editorFolder, { recursive: true, force: true });
}

/** How long it takes to compare one image with all, and how long others have to wait meanwhile. */
async function measureSimilar() {
  const first = (await server.ask('GET', '/api/gallery?order=oldest&limit=1')).body.pictures[0];
  const times: number[] = [];
  let longestMs = 0;
  for (let i = 0; i < 5; i++) {
    let isDone = false;
    const waits = (async () => {
      while (!isDone) longestMs = Math.max(longestMs, await timeMs(() => server.ask('GET', '/api/health')));
    })();
    times.push(await timeMs(() => server.ask('GET', `/api/gallery/${first.id}/similar?limit=50`)));
    isDone = true;
    await waits;
  }
  return { similarMs: rounded(median(times), 1), longestWaitMs: rounded(longestMs, 1) };
}

function option(name: string): string | undefined {
  const place = process.argv.indexOf(name);
  return place < 0 ? undefined : process.argv[place + 1];
}
