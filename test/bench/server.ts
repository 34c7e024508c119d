import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { decodePreviewMessage, type ServerEvent } from '@unclip-studio/graph-core';
import WebSocket from 'ws';
import { median, rounded } from '../support/measure.js';

// The server as users run it, built, in processes of its own, driven through HTTP and WebSocket.

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
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
build();
const figures = await measure();
if (!isJson) for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(24)} ${value}`);
console.log(JSON.stringify(figures));

function build(): void {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '--build', 'packages/server'], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error('The server does not build.');
}

async function measure(): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'unclip-bench-'));
  const readyMs: number[] = [];
  try {
    // The first start reads the files from the disk.
    for (let round = 0; round < 4; round++) {
      const server = await startServer(join(folder, String(round)));
      if (round > 0) readyMs.push(server.readyMs);
      await server.end();
    }
    const server = await startServer(join(folder, 'main'));
    try {
      await wait(2000);
      const idleRssMb = server.rssMb();
      const client = await connect(server);
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

interface BenchServer {
  readonly origin: string;
  readonly token: string;
  readonly readyMs: number;
  rssMb(): number;
  end(): Promise<void>;
}

async function startServer(dataFolder: string): Promise<BenchServer> {
  const startedMs = performance.now();
  const bin = join(ROOT, 'packages/server/bin/unclip.mjs');
  const args = [bin, 'serve', '--port', '0', '--data-dir', dataFolder, '--dev-nodes', '--log-level', 'warn'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [origin = '', token = ''] = (await firstLine(child)).split('/#t=');
  let workerPid = 0;
  for (;;) {
    const answer = await fetch(`${origin}/api/queue`, { headers: { authorization: `Bearer ${token}` } });
    const { worker } = (await answer.json()) as { worker: { phase: string; pid: number } };
    workerPid = worker.pid;
    if (worker.phase === 'idle') break;
    await wait(2);
  }
  const readyMs = performance.now() - startedMs;
  return {
    origin,
    token,
    readyMs,
    rssMb: () => rounded((rssKib(child.pid ?? 0) + rssKib(workerPid)) / 1024, 1),
    async end() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The server ended with code ${code}.`)));
    child.stdout?.once('data', (text: Buffer) => resolve(text.toString().trim()));
  });
}

/** Linux tells it in /proc; elsewhere the figure is 0. */
function rssKib(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

interface BenchClient {
  /**
   * @returns milliseconds from the request to the event that tells the end, and the bytes of all events between,
   * and what the nodes took together
   */
  run(body: unknown): Promise<{ readonly ms: number; readonly eventBytes: number; readonly nodeMs: number }>;
  watch(onPreview: (frame: Uint8Array) => void): void;
  close(): void;
}

async function connect({ origin, token }: BenchServer): Promise<BenchClient> {
  const headers = { authorization: `Bearer ${token}` };
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/events`, { headers });
  let eventBytes = 0;
  let onEvents: (events: readonly ServerEvent[]) => void = () => {};
  let onPreview: (frame: Uint8Array) => void = () => {};
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) return onPreview(data);
      eventBytes += data.length;
      const message = JSON.parse(data.toString());
      if (message.type === 'welcome') socket.send('{"type":"hello"}');
      if (message.type === 'snapshot') resolve();
      if (message.type === 'events') onEvents(message.events);
    });
  });
  return {
    async run(body) {
      eventBytes = 0;
      let nodeMs = 0;
      let runId = '';
      const ended = new Set<string>();
      const startedMs = performance.now();
      const end = new Promise<number>((resolve) => {
        onEvents = (events) => {
          for (const event of events) {
            if (event.type === 'nodes-finished') for (const ms of Object.values(event.durationsMs)) nodeMs += ms;
            if (event.type !== 'run-changed' || !['succeeded', 'failed'].includes(event.run.state)) continue;
            if (event.run.state === 'failed') throw new Error(`The run failed: ${event.run.error?.message}`);
            ended.add(event.run.id);
          }
          if (ended.has(runId)) resolve(performance.now());
        };
        void post(`${origin}/api/runs`, headers, body).then((run) => {
          runId = run.id;
          if (ended.has(runId)) resolve(performance.now());
        });
      });
      return { ms: (await end) - startedMs, eventBytes, nodeMs };
    },
    watch(listener) {
      onPreview = listener;
      socket.send('{"type":"watch","previews":true}');
    },
    close: () => socket.close(),
  };
}

async function post(address: string, headers: Readonly<Record<string, string>>, body: unknown) {
  const answer = await fetch(address, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as { readonly id: string };
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
 * The node cannot have begun before the request was sent, so step k cannot have ended before k steps after that. What
 * the request itself takes is thereby counted as if the previews took it. A step takes a little longer than its timer
 * is set to; how long, the node's own duration tells.
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
