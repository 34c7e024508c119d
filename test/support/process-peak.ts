import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessRun {
  readonly durationMs: number;
  /** The most memory the process and its children had in RAM at once, from Linux' own high-water mark where it has one. */
  readonly peakMib: number;
  readonly stdout: string;
}

const POLL_MS = 5;

/** Runs a command to its end and watches its memory. @throws Error with its stderr if it fails */
export async function runMeasured(command: string, args: readonly string[]): Promise<ProcessRun> {
  const startedMs = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  let peakKib = 0;
  const timer = setInterval(() => {
    peakKib = Math.max(peakKib, familyPeakKib(child));
  }, POLL_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => clearInterval(timer));
  const durationMs = performance.now() - startedMs;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} left with ${code}:\n${stderr}`);
  return { durationMs, peakMib: peakKib / 1024, stdout };
}

function familyPeakKib({ pid }: ChildProcess): number {
  if (pid === undefined) return 0;
  return [pid, ...childrenOf(pid)].reduce((sum, id) => sum + highWaterKib(id), 0);
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    // It has ended between two looks.
    return [];
  }
}

function highWaterKib(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
