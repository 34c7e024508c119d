import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryFault } from './known-fault.js';
import { knownFaults } from './known-faults.js';
import { tryFolder } from './try-folder.js';

/** Exit 0: all are as they should be; 1: some are not; 2: there is no such folder. */
async function main([folder, ...more]: readonly string[]): Promise<number> {
  if (folder === undefined) return tryKnown();
  if (more.length > 0 || !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    console.error(
      'usage: npm run faults            tries every known input\n       npm run faults -- DIR     tries the files of a folder, and says what came of each',
    );
    return 2;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'unclip-faults-'));
  try {
    for await (const line of tryFolder(folder, scratch)) console.log(line);
    return 0;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function tryKnown(): Promise<number> {
  let right = 0;
  for (const fault of knownFaults) {
    const { isRight, name, right: expected, got } = await tryFault(fault);
    if (isRight) right++;
    console.log(isRight ? `right  ${name}: ${got}` : `WRONG  ${name}\n    expected ${expected}\n    got      ${got}`);
  }
  console.log(`${right} of ${knownFaults.length} as they should be`);
  return right === knownFaults.length ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
