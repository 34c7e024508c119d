import { CHECKS, type Row } from './check-table.js';
import { printTable } from './print-table.js';
import { readKitOptions, runChecks } from './run-checks.js';

// The program of the kit, in the checkout and packed.
//
//   kit --out DIR [--checkpoint DIR] [--checks NAMES] [--sides 64,96] [--ways NAMES]
//       [--full-size DIR] [--python python3]
//   kit table FILE...               prints what such a run has written to DIR/results.jsonl
//   kit check NAME {"key":"value"}  one check, in this process; run-checks.ts starts these

const [command, ...rest] = process.argv.slice(2);
if (command === 'check') await runCheckHere(rest);
else if (command === 'table') printTable(rest);
else process.exitCode = await runChecks(readKitOptions(process.argv.slice(2)));

async function runCheckHere([name = '', args = '{}']: readonly string[]): Promise<void> {
  const check = CHECKS[name];
  if (check === undefined)
    throw new Error(`unknown check "${name}"; expected one of ${Object.keys(CHECKS).join(', ')}`);
  await check(JSON.parse(args) as Record<string, string>, (row) => {
    console.log(JSON.stringify({ check: name, ...row } satisfies Row));
  });
  // Drivers keep threads that would hold the process.
  process.exit(0);
}
