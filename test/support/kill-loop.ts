import { type ChildProcess, fork } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workflow } from '@unclip-studio/graph-core';
import { blobsFolderOf, openStore, type Store, type StoredRun } from '@unclip-studio/server';
import type { FromRunServer, ToRunServer } from './run-server.js';
import { isAlive, waitUntil } from './run-service-rig.js';
import { supportProcess } from './support-process.js';

export interface KillLoopOptions {
  readonly folder: string;
  readonly rounds: number;
  readonly seed: number;
  onRound?(line: string): void;
}

export interface KillLoopReport {
  readonly rounds: number;
  readonly acknowledged: number;
  readonly succeeded: number;
  readonly cancelled: number;
  readonly quarantined: number;
  readonly serverKills: number;
  readonly workerKills: number;
}

/** A server under test, and what it has promised. */
interface Server {
  readonly child: ChildProcess;
  readonly workers: Set<number>;
}

const SERVER_FILE = supportProcess('run-server');
const TERMINAL = ['succeeded', 'failed', 'cancelled'];

/**
 * Queues runs, kills the server or its worker at random moments, and looks after each round whether every promise was
 * kept: no acknowledged run lost or doubled, one terminal state each that never changes, the order kept, no process and
 * no file left behind, the database sound. At the end everything that was queued is run.
 *
 * @throws Error with the seed, the round and what is wrong
 */
export async function runKillLoop(options: KillLoopOptions): Promise<KillLoopReport> {
  const { folder, rounds, seed } = options;
  const random = mulberry32(seed);
  const acknowledged: string[] = [];
  const cancelAcknowledged = new Set<string>();
  const ended = new Map<string, StoredRun>();
  const counts = { serverKills: 0, workerKills: 0 };
  const workers = new Set<number>();
  let keys = 0;

  function note(message: FromRunServer): void {
    if (message.type === 'worker') workers.add(message.pid);
    if (message.type === 'queued') acknowledged.push(message.id);
    if (message.type === 'cancelled') cancelAcknowledged.add(message.id);
  }

  async function round(number: number): Promise<void> {
    const server: Server = { child: await forkRunServer([folder], note), workers };
    const wanted = 2 + Math.floor(random() * 4);
    for (let i = 0; i < wanted; i++) {
      server.child.send({ type: 'enqueue', key: `key ${keys++}`, workflow: sleepThenSave(keys) } satisfies ToRunServer);
    }
    if (random() < 0.3) {
      const id = acknowledged.at(-1);
      if (id !== undefined) server.child.send({ type: 'cancel', id } satisfies ToRunServer);
    }
    await sleep(random() * 900);
    if (random() < 0.5) {
      counts.workerKills++;
      kill([...workers].at(-1));
      await sleep(random() * 900);
    }
    counts.serverKills++;
    await endServer(server);
    await check(number);
  }

  async function check(number: number): Promise<void> {
    const wrong = await findBroken({ folder, acknowledged, cancelAcknowledged, ended });
    if (wrong.length > 0) throw new Error(`seed ${seed}, round ${number}: ${wrong.join('; ')}`);
    options.onRound?.(`round ${number}: ${acknowledged.length} acknowledged, ${ended.size} ended`);
  }

  for (let number = 1; number <= rounds; number++) await round(number);
  const server: Server = { child: await forkRunServer([folder], note), workers };
  await waitUntil(() => readEnded(folder, acknowledged), 60_000);
  await endServer(server);
  await check(rounds + 1);
  const states = [...ended.values()];
  const count = (state: string) => states.filter((run) => run.state === state).length;
  return {
    rounds,
    acknowledged: acknowledged.length,
    succeeded: count('succeeded'),
    cancelled: count('cancelled'),
    quarantined: count('failed'),
    ...counts,
  };
}

function sleepThenSave(seed: number): Workflow {
  return {
    format: 'unclip-workflow',
    version: 1,
    nodes: {
      sleep: { type: 'DevSleep', params: { steps: 10, stepMs: 6, seed } },
      save: { type: 'DevSave', inputs: { value: 'sleep.value' }, params: { side: 32, noise: true } },
    },
  };
}

/** Resolves when it is ready. */
export async function forkRunServer(
  args: readonly string[],
  note: (message: FromRunServer) => void,
): Promise<ChildProcess> {
  const child = fork(SERVER_FILE, args, { execArgv: [] });
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server did not start: exit code ${code}`)));
    child.on('message', (message: FromRunServer) => {
      note(message);
      if (message.type === 'ready') resolve();
    });
  });
  return child;
}

/** Kills the server and waits until nothing of it is left. */
async function endServer({ child, workers }: Server): Promise<void> {
  const gone = new Promise((resolve) => child.once('close', resolve));
  kill(child.pid);
  await gone;
  await waitUntil(async () => !(await anyAlive(workers)), 5_000);
  workers.clear();
}

async function anyAlive(pids: Iterable<number>): Promise<boolean> {
  for (const pid of pids) if (await isAlive(pid)) return true;
  return false;
}

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch {
    // It had ended by itself.
  }
}

/** What was promised. */
interface Promises {
  readonly folder: string;
  readonly acknowledged: readonly string[];
  readonly cancelAcknowledged: ReadonlySet<string>;
  /** Runs as they were when they were first seen in a terminal state; added to here. */
  readonly ended: Map<string, StoredRun>;
  /** Workers that are still there: they may be writing, and a run that was returned is behind those that continued. */
  readonly besideWorkers?: boolean;
}

/** Checks a data folder that no server uses. @returns what is wrong */
export async function findBroken({
  folder,
  acknowledged,
  cancelAcknowledged,
  ended,
  besideWorkers = false,
}: Promises): Promise<readonly string[]> {
  const wrong: string[] = [];
  const store = await openStore(folder, { isShared: besideWorkers });
  try {
    wrong.push(...store.database.integrityProblems());
    const temporary = await readdir(join(blobsFolderOf(folder), 'temporary')).catch(() => []);
    if (temporary.length > 0 && !besideWorkers) wrong.push(`${temporary.length} temporary files`);
    const runs = store.runs.list({ states: [], limit: 100_000 });
    const byId = new Map(runs.map((run) => [run.id, run]));
    if (byId.size !== runs.length) wrong.push('a run is there twice');
    for (const id of acknowledged) if (!byId.has(id)) wrong.push(`run ${id} was acknowledged and is lost`);
    for (const id of cancelAcknowledged) {
      if (!TERMINAL.includes(byId.get(id)?.state ?? '')) wrong.push(`run ${id} is not cancelled any more`);
    }
    for (const run of runs) wrong.push(...(await checkRun(store, run, ended)));
    if (!besideWorkers) wrong.push(...checkOrder(store, runs));
  } finally {
    store.close();
  }
  return wrong;
}

async function checkRun(store: Store, run: StoredRun, ended: Map<string, StoredRun>): Promise<readonly string[]> {
  const wrong: string[] = [];
  if (run.attempts > 2) wrong.push(`run ${run.id} was started ${run.attempts} times`);
  const before = ended.get(run.id);
  if (before !== undefined && JSON.stringify(before) !== JSON.stringify(run))
    wrong.push(`run ${run.id} changed after its end`);
  if (TERMINAL.includes(run.state)) ended.set(run.id, run);
  const outputs = store.outputs.ofRun(run.id);
  if (run.state === 'succeeded' && outputs.length !== 1) wrong.push(`run ${run.id} has ${outputs.length} outputs`);
  for (const { sha256 } of outputs) {
    const bytes = await store.blobs.read(sha256);
    if (bytes === undefined) wrong.push(`an output of ${run.id} has no bytes`);
  }
  return wrong;
}

/** All have the same priority and client, so every started run was queued before every waiting one. */
function checkOrder(store: Store, runs: readonly StoredRun[]): readonly string[] {
  const queue = store.runs.queueOrder();
  const numbers = queue.map((id) => runs.find((run) => run.id === id)?.number ?? 0);
  const isSorted = numbers.every((number, i) => i === 0 || number > (numbers[i - 1] ?? 0));
  const firstWaiting = runs.filter((run) => run.state === 'queued' && run.attempts === 0).at(-1)?.number ?? Infinity;
  const overtaking = runs.filter((run) => run.number > firstWaiting && run.attempts > 0);
  return [
    ...(isSorted ? [] : ['the queue is out of order']),
    ...overtaking.map((run) => `run ${run.id} overtook another`),
  ];
}

/** Looks from outside, as the server has the folder. A second reader is allowed; a second server is not. */
export async function readEnded(folder: string, acknowledged: readonly string[]): Promise<boolean> {
  const { openDatabase } = await import('@unclip-studio/server');
  const database = openDatabase(join(folder, 'studio.db'));
  const rows = database.all<{ id: string }>(`SELECT id FROM runs WHERE state IN ('queued', 'running')`);
  database.close();
  return acknowledged.length > 0 && rows.length === 0;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A small random generator that can be replayed: mulberry32, public domain, by Tommy Ettinger. */
export function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
