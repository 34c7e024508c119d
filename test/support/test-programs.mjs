import { bundleTestPrograms } from '../../scripts/bundle.mjs';

/** Once before the tests that start these programs: bundles those that are stale. */
export async function setup() {
  // What is executed is noted per file of the sources, which bundles no longer have.
  if (!process.env.UNCLIP_COVERAGE_DIR) await bundleTestPrograms(['queue-worker', 'run-server']);
}
