// Loaded into every process of a test run by NODE_OPTIONS. Notes which functions of the packages the process executes,
// every second and at its end, since many processes of the tests are killed.
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';

const PACKAGE_FILE = /\/packages\/([^/]+)\/(?:dist|src)\/(.+)\.[jt]sx?(?:\?.*)?$/;
const FLUSH_MS = 1000;

const path = join(process.env.UNCLIP_COVERAGE_DIR, `${process.pid}-${threadId}.json`);
const executed = new Map();
let isChanged = false;

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: false });
setInterval(flush, FLUSH_MS).unref();
process.on('exit', flush);

// The processes of vitest that run test files; others open no page.
if (process.env.UNCLIP_COVERAGE_OF_PAGE && /vitest/.test(process.argv[1] ?? '')) {
  const { watchPages } = await import('./page-coverage.mjs');
  watchPages(note);
}

function flush() {
  session.post('Profiler.takePreciseCoverage', (error, answer) => {
    if (error !== null) return;
    for (const { url, functions } of answer.result) {
      const [, packageName, file] = PACKAGE_FILE.exec(url) ?? [];
      if (packageName === undefined) continue;
      for (const { functionName, ranges } of functions) {
        if (ranges[0].count > 0) note(`packages/${packageName}/src/${file}`, functionName);
      }
    }
  });
  if (!isChanged) return;
  isChanged = false;
  const files = Object.fromEntries([...executed].map(([file, names]) => [file, [...names]]));
  // Written to a temporary file first: a process may be killed in the middle.
  writeFileSync(`${path}.part`, JSON.stringify(files));
  renameSync(`${path}.part`, path);
}

function note(file, functionName) {
  const names = executed.get(file) ?? new Set();
  executed.set(file, names);
  // `get size` and `Row.get size` are `size`.
  const name = functionName.replace(/^.*[. ]/, '');
  if (names.has(name)) return;
  names.add(name);
  isChanged = true;
}
