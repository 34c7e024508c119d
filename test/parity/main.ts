import { GoldenSet, GoldenSetError } from './golden-set.js';
import { countOutcome, describeReport } from './report.js';
import { runSet } from './run-set.js';

/** Exit 0: every case passed or is not supported yet; 1: a case failed; 2: no golden set, or a broken one. */
async function main([folder, only, ...others]: readonly string[]): Promise<number> {
  if (folder === undefined || others.length > 0) {
    console.error('usage: npm run parity -- DIR [CASES]    (CASES: how the ids of the cases wanted begin)');
    return 2;
  }
  try {
    const set = GoldenSet.open(folder);
    const reports = await runSet(set, only);
    for (const line of describeReport(reports)) console.log(line);
    return countOutcome(reports, 'failed') > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof GoldenSetError)) throw error;
    const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
    console.error(`${error.message}${cause}`);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
