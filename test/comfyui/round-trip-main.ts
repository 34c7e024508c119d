import { existsSync } from 'node:fs';
import { type RoundTrip, roundTripFolder } from './round-trip-folder.js';

/** Exit 0: every file came back as it was; 1: one did not; 2: no folder. */
function main([folder, ...others]: readonly string[]): number {
  if (folder === undefined || others.length > 0 || !existsSync(folder)) {
    console.error('usage: npm run comfy-roundtrip -- DIR    (DIR: a folder of workflows of ComfyUI, as JSON)');
    return 2;
  }
  const trips = roundTripFolder(folder);
  for (const { file, differences } of trips) {
    if (differences.length > 0) console.log(`DIFFERS ${file}: ${differences.slice(0, 6).join(', ')}`);
  }
  for (const format of ['api', 'page'] as const) console.log(describe(format, trips));
  return trips.every(({ differences }) => differences.length === 0) ? 0 : 1;
}

function describe(format: RoundTrip['format'], trips: readonly RoundTrip[]): string {
  const all = trips.filter((trip) => trip.format === format);
  const same = all.filter(({ differences }) => differences.length === 0).length;
  const share = all.length === 0 ? 100 : (100 * same) / all.length;
  return `${format}: ${same} of ${all.length} came back as they were (${share.toFixed(1)} %)`;
}

process.exitCode = main(process.argv.slice(2));
