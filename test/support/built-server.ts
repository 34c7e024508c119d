import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { firstLine } from './first-line.js';
import { rounded } from './measure.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The program's files are rebuilt, so that figures match the sources. */
export function buildServer(): void {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '--build', 'packages/server'], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error('The server does not build.');
}

/** The server as users run it, in separate processes. */
export interface BuiltServer {
  readonly origin: string;
  readonly token: string;
  readonly readyMs: number;
  rssMb(): number;
  /** What the server's own process has used of a processor since it began; 0 where it is not told. */
  cpuMs(): number;
  end(): Promise<void>;
}

export interface BuiltOptions {
  /** Further ones for the command line. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A worker as users run it, of a server with this data folder; the options name its queue. */
export async function startBuiltWorker(
  dataFolder: string,
  { args: further = [], env = {} }: BuiltOptions,
): Promise<{ readonly id: string; end(): Promise<void> }> {
  const bin = join(ROOT, 'packages/server/bin/unclip.mjs');
  const args = [bin, 'worker', '--data-dir', dataFolder, '--dev-nodes', '--device', 'cpu', '--log-level', 'warn'];
  const child = spawn(process.execPath, [...args, ...further], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const id = await firstLine(child, 'The program');
  return { id, end: () => end(child) };
}

/** Resolves once a run would begin at once. */
export async function startBuiltServer(
  dataFolder: string,
  { args: further = [], env = {} }: BuiltOptions = {},
): Promise<BuiltServer> {
  const startedMs = performance.now();
  const bin = join(ROOT, 'packages/server/bin/unclip.mjs');
  const args = [bin, 'serve', '--port', '0', '--data-dir', dataFolder, '--dev-nodes', '--log-level', 'warn'];
  const child = spawn(process.execPath, [...args, ...further], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const [origin = '', token = ''] = (await firstLine(child, 'The program')).split('/#t=');
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
    cpuMs: () => cpuMs(child.pid ?? 0),
    rssMb: () => rounded((rssKib(child.pid ?? 0) + rssKib(workerPid)) / 1024, 1),
    end: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

// Linux counts in hundredths of a second.
const TICK_MS = 10;

function cpuMs(pid: number): number {
  try {
    // Behind the name, which may hold anything: the fields from the third on.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return 0;
  }
}

/** Linux reports it in /proc; elsewhere the figure is 0. */
function rssKib(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
