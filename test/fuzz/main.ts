import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadCorpus } from './corpus.js';
import { createFindings } from './findings.js';
import { fuzzParsers } from './fuzz-parsers.js';
import { fuzzServer } from './fuzz-server.js';

// npm run fuzz -- [--minutes 60] [--seed N] [--only PARSER|ROUTE [--case N]] [--part parsers|server]
// Every parser and every route, with inputs made out of real ones; docs/TESTING.md, "Fuzzing", says what it asserts.
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    only: { type: 'string' },
    case: { type: 'string' },
    part: { type: 'string' },
    findings: { type: 'string', default: join(tmpdir(), `unclip-fuzz-findings-${process.pid}`) },
  },
});
const MAX_GROWTH_MIB = 64;
const MAX_RSS_GROWTH_MIB = 400;

const seed = Number(values.seed);
const endMs = Date.now() + Number(values.minutes) * 60_000;
const folder = mkdtempSync(join(tmpdir(), 'unclip-fuzz-'));
const findings = createFindings(values.findings, seed);
console.log(`Seed ${seed}, ${values.minutes} minutes; inputs of findings go to ${values.findings}`);
const one = {
  ...(values.only !== undefined && { only: values.only }),
  ...(values.case !== undefined && { number: Number(values.case) }),
};
try {
  const options = { seed, endMs, findings, ...one };
  const [parsers, server] = await Promise.all([
    values.part === 'server' ? [] : fuzzParsers({ ...options, folder }),
    values.part === 'parsers'
      ? undefined
      : fuzzServer({ ...options, folder: join(folder, 'data'), corpus: loadCorpus() }),
  ]);
  for (const { parsers: each, heapMib, peakMib } of parsers) {
    console.table(each);
    console.log(`parsers: heap ${heapMib.join(' -> ')} MiB after a collection, peak ${peakMib} MiB of memory`);
    checkGrowth('parsers', heapMib, MAX_GROWTH_MIB);
  }
  if (server !== undefined) {
    console.log(JSON.stringify(server, null, 1));
    checkGrowth('server, heap', server.heapMib, MAX_GROWTH_MIB);
    checkGrowth('server and its processes, memory', server.rssMib, MAX_RSS_GROWTH_MIB);
  }
  console.log(`${findings.count()} findings, seed ${seed}`);
  const isNothingTried = parsers.every(({ parsers: each }) => Object.keys(each).length === 0) && !server?.requests;
  if (isNothingTried)
    throw new Error(`--only: there is no parser or route "${values.only}". Names are in docs/TESTING.md.`);
  process.exitCode = findings.count() === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function checkGrowth(target: string, [before, after]: readonly [number, number], most: number): void {
  if (after - before > most) findings.add({ target, number: 0, what: `grew from ${before} to ${after} MiB` });
}
