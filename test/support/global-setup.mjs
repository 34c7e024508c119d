import { setup as buildPackages } from './build-packages.mjs';
import { setup as installChromium } from './chromium.ts';
import { setup as installPrograms } from './system-programs.ts';
import { setup as unpackFixtures } from './unpack-fixtures.ts';

/** Before the tests of the first kind, and before what else a kind sets up: what all kinds need, once. */
export function setup() {
  // Each kind loads this file anew.
  globalThis.commonSetup ??= setUpAll();
  return globalThis.commonSetup;
}

async function setUpAll() {
  await buildPackages();
  unpackFixtures();
  installPrograms();
  installChromium();
}
