import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Tests import the packages by name and get their sources, so that no build can be stale.
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  resolve: { conditions: ['source'] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/chromium.ts', 'test/support/system-programs.ts'],
    // Tests that are about kept results name a folder of their own; all others start from nothing.
    env: { UNCLIP_CACHE_DIR: '' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One second, the default, says more of how busy the machine is than of the program.
    expect: { poll: { timeout: 20_000 } },
  },
});
