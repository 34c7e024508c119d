import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { WaitingFilesFirst } from './test/support/file-order.js';
import { keepTempFilesInMemory } from './test/support/temp-files.js';
import { testSeed } from './test/support/test-seed.js';

// All processes of the tests inherit it: the servers, the browser, Redis.
keepTempFilesInMemory();

// The kinds of docs/TESTING.md, by folder; `process` is what is left.
const BROWSER = ['test/e2e/**/*.test.ts'];
const UNIT = [
  'test/architecture.test.ts',
  'test/comfyui/*.test.ts',
  'test/{graph-core,nodes-unclip,editor,parity,simulation}/**/*.test.ts',
];
const LONG = ['test/long/**/*.test.ts'];
// Of other kinds, but with more cases or with tests of their own in the long suite.
const LONGER = readdirSync(join(import.meta.dirname, 'test'), { recursive: true, encoding: 'utf8' })
  .map((file) => `test/${file.replaceAll('\\', '/')}`)
  .filter(
    (file) => file.endsWith('.test.ts') && hasMoreInLongSuite(readFileSync(join(import.meta.dirname, file), 'utf8')),
  );

function hasMoreInLongSuite(code: string): boolean {
  return /from '([./]+\/support\/(long-suite|test-seed)\.js|fast-check)'/.test(code);
}

// Of every kind. Projects do not extend this file, which would be loaded once more for each of them. Nor does the file itself have a
// global set-up: vitest would run it after those of the kinds.
const globalSetup = ['test/support/global-setup.mjs'];
const common = {
  globalSetup,
  setupFiles: ['test/support/each-test-file.ts'],
  // Tests that are about kept results name a folder of their own; all others start from nothing.
  // Small models in several processes at once: threads would only wait for each other.
  env: { UNCLIP_CACHE_DIR: '', UNCLIP_TEST_SEED: String(testSeed()), UNCLIP_CPU_THREADS: '1' },
  pool: 'forks',
  isolate: false,
  // The packages are imported as built (the global set-up builds what is stale): the same files as processes run.
  server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // One second, the default, says more about how busy the machine is than about the program.
  expect: { poll: { timeout: 20_000 } },
} as const satisfies TestProjectInlineConfiguration['test'];

// More than cores: many tests wait for processes, locks and pages.
const WAITS = { maxWorkers: availableParallelism() + 1 };

export default defineConfig({
  test: {
    sequence: { sequencer: WaitingFilesFirst },
    projects: [
      {
        test: {
          ...common,
          ...WAITS,
          name: 'browser',
          include: BROWSER,
          globalSetup: [...globalSetup, 'test/support/global-browser.ts'],
        },
      },
      {
        test: {
          ...common,
          ...WAITS,
          name: 'process',
          include: ['test/**/*.test.ts'],
          exclude: [...BROWSER, ...UNIT, ...LONG],
          globalSetup: [...globalSetup, 'test/support/test-programs.mjs'],
        },
      },
      // Each process loads what is tested for itself, so no more of them than are at work at a time.
      {
        test: {
          ...common,
          name: 'unit',
          include: UNIT,
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...common,
          ...WAITS,
          name: 'long',
          include: [...LONG, ...LONGER],
          globalSetup: [...globalSetup, 'test/support/test-programs.mjs', 'test/support/global-browser.ts'],
          env: { ...common.env, UNCLIP_TEST_FACTOR: '30' },
          testTimeout: 3_600_000,
        },
      },
    ],
  },
});
