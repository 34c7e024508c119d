import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { decodePreviewMessage } from '@unclip-studio/protocol';
import { type BenchClient, connectBenchClient } from '../support/bench-client.js';
import { buildServer, startBuiltServer } from '../support/built-server.js';
import { median, rounded } from '../support/measure.js';

// The server as users run it, built, in separate processes, driven through HTTP and WebSocket.

const CHAIN_NODES = 503;
const ROUNDS = 7;
const PREVIEW_STEPS = 40;
const PREVIEW_STEP_MS = 40;

interface Figures {
  /** From the start of the process until a run would be done at once. */
  readonly readyMs: number;
  /** Server and worker, no model loaded, nothing run. */
  readonly idleRssMb: number;
  readonly chain503ColdMs: number;
  readonly chain503UnchangedMs: number;
  readonly chain503LastChangedMs: number;
  readonly chain503EventKib: number;
  /** An upper bound: a step counts as ended at the earliest moment at which it can have. */
  readonly previewMedianMs: number;
}

const isJson = process.argv.includes('--json');
buildServer();
const figures = await measure();
if (!isJson) for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(24)} ${value}`);
console.log(JSON.stringify(figures));

async function measure(): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'unclip-bench-'));
  const readyMs: number[] = [];
  try {
    // The first start reads the files from the disk.
    for (let round = 0; round < 4; round++) {
      const server = await startBuiltServer(join(folder, String(round)));
      if (round > 0) readyMs.push(server.readyMs);
      await server.end();
    }
    const server = await startBuiltServer(join(folder, 'main'));
    try {
      await wait(2000);
      const idleRssMb = server.rssMb();
      const client = await connectBenchClient(server);
      const chain = await measureChain(client);
      const previewMedianMs = await measurePreviews(client);
      client.close();
      return { readyMs: rounded(median(readyMs), 0), idleRssMb, ...chain, previewMedianMs };
    } finally {
      await server.end();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureChain(client: BenchClient) {
  // Warm: the first run of a process compiles what it runs.
  for (let round = 0; round < 3; round++) await client.run({ workflow: chain(-1 - round, 1) });
  const cold: number[] = [];
  const unchanged: number[] = [];
  const lastChanged: number[] = [];
  const eventBytes: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const first = await client.run({ workflow: chain(round, 1) });
    cold.push(first.ms);
    eventBytes.push(first.eventBytes);
    unchanged.push((await client.run({ workflow: chain(round, 1) })).ms);
    lastChanged.push((await client.run({ workflow: chain(round, 2) })).ms);
  }
  return {
    chain503ColdMs: rounded(median(cold), 1),
    chain503UnchangedMs: rounded(median(unchanged), 1),
    chain503LastChangedMs: rounded(median(lastChanged), 1),
    chain503EventKib: rounded(median(eventBytes) / 1024, 1),
  };
}

function chain(start: number, lastPlus: number): unknown {
  const nodes: Record<string, unknown> = { n0: { type: 'DevConstant', params: { value: start } } };
  for (let i = 1; i < CHAIN_NODES; i++) {
    const plus = i === CHAIN_NODES - 1 ? lastPlus : 1;
    nodes[`n${i}`] = { type: 'DevAdd', inputs: { value: `n${i - 1}.value` }, params: { plus } };
  }
  return { format: 'unclip-workflow', version: 1, nodes };
}

/**
 * The node cannot have started before the request was sent, so step k cannot have ended before k steps after that. The
 * time of the request itself is thereby counted as if previews took it. A step takes a little longer than its timer is
 * set to; the node's own duration shows how long.
 */
async function measurePreviews(client: BenchClient): Promise<number> {
  const delays: number[] = [];
  for (let seed = 0; seed < 4; seed++) {
    const arrivals: { step: number; ms: number }[] = [];
    client.watch((frame) => {
      const preview = decodePreviewMessage(frame);
      if (preview !== undefined) arrivals.push({ step: preview.step, ms: performance.now() });
    });
    await wait(50);
    const startedMs = performance.now();
    const params = { steps: PREVIEW_STEPS, stepMs: PREVIEW_STEP_MS, seed };
    const nodes = { sleep: { type: 'DevSleep', params } };
    const { nodeMs } = await client.run({ workflow: { format: 'unclip-workflow', version: 1, nodes } });
    await wait(100);
    // The first round loads the encoder.
    if (seed > 0) for (const { step, ms } of arrivals) delays.push(ms - startedMs - (step * nodeMs) / PREVIEW_STEPS);
  }
  return rounded(median(delays), 1);
}
