import { checkTypes } from '../../scripts/build.mjs';
import { removeBundles } from '../../scripts/bundle.mjs';

/**
 * Once before all tests: builds what is stale of the packages' `dist`, which tests import and processes start from,
 * and of `dist-test`, the same for the tests' own processes.
 *
 * @throws Error if the types do not fit
 */
export async function setup() {
  if ((await checkTypes()) !== 0) throw new Error('The packages do not build; see the type errors above.');
  // What is executed is noted per file of the sources, which bundles no longer have.
  if (process.env.UNCLIP_COVERAGE_DIR) removeBundles();
}
