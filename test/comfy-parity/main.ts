import { GoldenSetError } from '../parity/golden-set.js';
import { ComfySet } from './comfy-set.js';
import { describeComfyReports, runComfySet } from './run-comfy-set.js';

/** Exit 0: every case passed or is not supported yet; 1: a case failed; 2: no set, or a broken one. */
async function main([folder, only, ...others]: readonly string[]): Promise<number> {
  if (folder === undefined || others.length > 0) {
    console.error('usage: npm run comfy-parity -- DIR [CASES]    (CASES: how the ids of the cases wanted begin)');
    return 2;
  }
  try {
    const reports = await runComfySet(ComfySet.open(folder), only);
    for (const line of describeComfyReports(reports)) console.log(line);
    return reports.some(({ result }) => result.outcome === 'failed') ? 1 : 0;
  } catch (error) {
    if (!(error instanceof GoldenSetError)) throw error;
    console.error(error.message);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
