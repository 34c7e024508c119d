import {
  createOutputCache,
  describeDiagnostic,
  executeRun,
  fingerprintPlan,
  planRun,
  type Workflow,
} from '@unclip-studio/graph-core';
import { median, rounded, timeMs } from '../support/measure.js';
import { sha256, stubCatalog, workflowOf } from '../support/stub-nodes.js';

const REPEATS = 9;

// The same work through ComfyUI's HTTP and WebSocket interface: a chain of 503 trivial nodes.
const COMFYUI_MS = { cold: 6385, unchanged: 6178, lastChanged: 6995 };

interface Row {
  readonly name: string;
  readonly coldMs: number;
  readonly unchangedMs: number;
  readonly lastChangedMs: number;
}

function chain(length: number, last: number): Workflow {
  const nodes: Record<string, Workflow['nodes'][string]> = { n0: { type: 'Constant', params: { value: 1 } } };
  for (let i = 1; i < length; i++) {
    const plus = i === length - 1 ? last : i;
    nodes[`n${i}`] = { type: 'Add', inputs: { left: `n${i - 1}.value` }, params: { plus } };
  }
  return workflowOf(nodes);
}

function fan(width: number, last: number): Workflow {
  const nodes: Record<string, Workflow['nodes'][string]> = { n0: { type: 'Constant', params: { value: 1 } } };
  for (let i = 1; i <= width; i++) {
    nodes[`n${i}`] = { type: 'Add', inputs: { left: 'n0.value' }, params: { plus: i === width ? last : i } };
  }
  return workflowOf(nodes);
}

/** One run from a workflow to its values: checking, planning, fingerprints and evaluation. */
async function runOnce(workflow: Workflow, cache: ReturnType<typeof createOutputCache>): Promise<void> {
  const plan = planRun(workflow, stubCatalog);
  if (!plan.ok) throw new Error(plan.diagnostics.map(describeDiagnostic).join('\n'));
  const fingerprinted = await fingerprintPlan(plan.value, { hash: sha256, identify: async (_, name) => name });
  if (!fingerprinted.ok) throw new Error(fingerprinted.diagnostics.map(describeDiagnostic).join('\n'));
  let events = 0;
  const { outcome } = await executeRun({
    plan: fingerprinted.value,
    services: { onEvaluate() {} },
    cache,
    signal: new AbortController().signal,
    now: () => performance.now(),
    onEvent: () => void events++,
  });
  if (outcome !== 'succeeded' || events < fingerprinted.value.nodes.length) throw new Error(`the run ${outcome}`);
}

async function measure(name: string, make: (last: number) => Workflow): Promise<Row> {
  const cold: number[] = [];
  const unchanged: number[] = [];
  const lastChanged: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    const cache = createOutputCache({ maxBytes: 1e9 });
    cold.push(await timeMs(() => runOnce(make(0), cache)));
    unchanged.push(await timeMs(() => runOnce(make(0), cache)));
    lastChanged.push(await timeMs(() => runOnce(make(-1), cache)));
  }
  return { name, coldMs: median(cold), unchangedMs: median(unchanged), lastChangedMs: median(lastChanged) };
}

/** Slope of log(time) over log(nodes): 1 is linear. Least squares over the measured points. */
function growthExponent(points: readonly (readonly [nodes: number, ms: number])[]): number {
  const logs = points.map(([nodes, ms]) => [Math.log(nodes), Math.log(ms)] as const);
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length;
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length;
  const covariance = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

const sizes = [10, 100, 500, 10_000];
// A first pass warms the compiler up for every size alike.
for (const size of sizes) await measure('warm-up', (last) => chain(size, last));
const rows: Row[] = [];
for (const size of sizes) rows.push(await measure(`chain of ${size}`, (last) => chain(size, last)));
rows.push(await measure('fan of 500', (last) => fan(500, last)));

const [, , chain500, chain10000, fan500] = rows as [Row, Row, Row, Row, Row];
const figures = {
  chain500ColdMs: rounded(chain500.coldMs),
  chain500UnchangedMs: rounded(chain500.unchangedMs),
  chain500LastChangedMs: rounded(chain500.lastChangedMs),
  fan500ColdMs: rounded(fan500.coldMs),
  chain10000ColdMs: rounded(chain10000.coldMs),
  // Below 100 nodes what every run costs once hides the growth.
  growthExponent: rounded(growthExponent(rows.slice(1, 4).map((row, i) => [sizes[i + 1] as number, row.coldMs]))),
};

console.log(`medians of ${REPEATS} interleaved repeats, ms: checking, planning, fingerprints and evaluation`);
console.table(
  Object.fromEntries(
    rows.map(({ name, coldMs, unchangedMs, lastChangedMs }) => [
      name,
      { cold: rounded(coldMs), unchanged: rounded(unchangedMs), 'last changed': rounded(lastChangedMs) },
    ]),
  ),
);
console.log(`growth of a cold chain: nodes ^ ${figures.growthExponent} (1 is linear)`);
console.log(`ComfyUI, chain of 503 through its API: ${Object.values(COMFYUI_MS).join(', ')} ms`);
if (process.argv.includes('--json')) console.log(JSON.stringify(figures));
