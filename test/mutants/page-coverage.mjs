// What coverage-hook.mjs is for processes, for the page of the editor: notes which functions the tests' pages execute.
// The page must be built without minifying, so that functions keep their names, and with source maps.
import { readFileSync } from 'node:fs';
import { createRequire, SourceMap } from 'node:module';
import { basename, join, relative } from 'node:path';

const ASSETS = join(process.cwd(), 'packages/editor/dist/assets');
const PACKAGE_FILE = /^packages\/([^/]+)\/(?:dist|src)\/(.+)\.[jt]sx?$/;
const TAKE_MS = 1000;

/**
 * Makes every page that is opened from now on report what it executes. @param note called with a source file and a name
 */
export function watchPages(note) {
  const { chromium } = createRequire(join(process.cwd(), 'package.json'))('playwright-core');
  for (const open of ['launch', 'connect']) {
    after(chromium, open, (browser) => {
      after(browser, 'newContext', (context) => {
        const takers = new Set();
        const takeAll = () => Promise.all([...takers].map((take) => take().catch(() => takers.delete(take))));
        after(context, 'newPage', async (page) => {
          takers.add(await watchPage(context, page, note));
          for (const step of ['goto', 'reload', 'close']) before(page, step, takeAll);
        });
        const timer = setInterval(takeAll, TAKE_MS).unref();
        before(context, 'close', async () => {
          clearInterval(timer);
          await takeAll();
        });
      });
    });
  }
}

async function watchPage(context, page, note) {
  const session = await context.newCDPSession(page);
  await session.send('Profiler.enable');
  await session.send('Profiler.startPreciseCoverage', { callCount: false, detailed: false });
  return async () => {
    const { result } = await session.send('Profiler.takePreciseCoverage');
    for (const { url, functions } of result.filter((script) => script.url.includes('/assets/'))) {
      const asset = readAsset(basename(new URL(url).pathname));
      for (const file of asset.files) note(file, '');
      for (const { functionName, ranges } of functions.filter((one) => one.ranges[0].count > 0)) {
        const file = asset.fileAt(ranges[0].startOffset);
        // A name that two files have gets a number in the bundle.
        if (file !== undefined) note(file, functionName.replace(/\$\d+$/, ''));
      }
    }
  };
}

const known = new Map();

/** Which source files a file of the page is made of, and which of them an offset is from. */
function readAsset(name) {
  if (!known.has(name)) {
    const path = join(ASSETS, name);
    const payload = JSON.parse(readFileSync(`${path}.map`, 'utf8'));
    const map = new SourceMap(payload);
    const starts = lineStarts(readFileSync(path, 'utf8'));
    const fileAt = (offset) => {
      const line = starts.findLastIndex((start) => start <= offset);
      return sourceFile(map.findEntry(line, offset - starts[line]).originalSource);
    };
    known.set(name, { files: payload.sources.map(sourceFile).filter((file) => file !== undefined), fileAt });
  }
  return known.get(name);
}

function sourceFile(source) {
  const path = relative(process.cwd(), join(ASSETS, source ?? '')).replaceAll('\\', '/');
  const [, packageName, file] = PACKAGE_FILE.exec(path) ?? [];
  return packageName === undefined ? undefined : `packages/${packageName}/src/${file}`;
}

function lineStarts(text) {
  return [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
}

function before(object, name, act) {
  const original = object[name].bind(object);
  object[name] = async (...args) => {
    await act();
    return original(...args);
  };
}

function after(object, name, act) {
  const original = object[name].bind(object);
  object[name] = async (...args) => {
    const made = await original(...args);
    await act(made);
    return made;
  };
}
