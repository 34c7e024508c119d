import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds that a process's main thread was ready to run, but others were at its turn; 0 where that is not told. */
export function waitedMs(pid: number): number {
  return Number(fieldsOf(`/proc/${pid}/schedstat`)[1] ?? 0) / 1e6;
}

/** Processor time of a process, all its threads together. */
export function cpuMs(pid: number): number {
  // Behind the name, which may hold anything: the fields from the third on, in hundredths of a second.
  const fields = readText(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
}

export function rssMib(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readText(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;
}

/** The child processes of a process, and theirs. */
export function childrenOf(pid: number): readonly number[] {
  let threads: readonly string[] = [];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  const own = threads.flatMap((thread) => fieldsOf(`/proc/${pid}/task/${thread}/children`)).map(Number);
  return own.filter((child) => child > 0).flatMap((child) => [child, ...childrenOf(child)]);
}

function fieldsOf(path: string): readonly string[] {
  return readText(path).trim().split(/\s+/);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
