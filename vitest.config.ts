import { cpus } from 'node:os';
import { defineConfig } from 'vitest/config';
import { testSeed } from './test/support/test-seed.js';

// Whole folders by kind; docs/TESTING.md says what belongs where.
const BROWSER = ['test/e2e/**/*.test.ts'];
const UNIT = ['test/*.test.ts', 'test/{graph-core,nodes-unclip,editor,parity,simulation}/**/*.test.ts'];
const LONG = ['test/long/**/*.test.ts'];

const RANDOM = ['test/support/random-tests.ts'];

export default defineConfig({
  test: {
    globalSetup: ['test/support/build-packages.ts', 'test/support/system-programs.ts', 'test/support/chromium.ts'],
    // Tests that are about kept results name a folder of their own; all others start from nothing.
    env: { UNCLIP_CACHE_DIR: '', UNCLIP_TEST_SEED: String(testSeed()) },
    pool: 'forks',
    maxWorkers: Math.max(2, cpus().length),
    // The packages are imported as built (the global set-up builds what is stale): the same files as processes run.
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One second, the default, says more about how busy the machine is than about the program.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      { extends: true, test: { name: 'browser', include: BROWSER } },
      {
        extends: true,
        test: {
          name: 'process',
          include: ['test/**/*.test.ts'],
          exclude: [...BROWSER, ...UNIT, ...LONG],
          setupFiles: RANDOM,
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'long', include: LONG, setupFiles: RANDOM, testTimeout: 1_800_000, isolate: false },
      },
      { extends: true, test: { name: 'unit', include: UNIT, setupFiles: RANDOM, isolate: false } },
    ],
  },
});
