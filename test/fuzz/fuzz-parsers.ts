import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Findings } from './findings.js';
import type { FromParsers, ParserStats } from './parser-process.js';
import { cpuMs } from './watch-process.js';

export interface ParserFuzzOptions {
  readonly seed: number;
  readonly endMs: number;
  readonly folder: string;
  readonly findings: Findings;
  readonly only?: string;
  readonly number?: number;
}

const SCRIPT = fileURLToPath(new URL('./parser-process.ts', import.meta.url));
const LOOK_MS = 1000;
// Five times what one case may take: it does not come back.
const STUCK_CPU_MS = 10_000;

/** Feeds every parser until the time is over; a process that hangs or ends is a finding, and another one continues. */
export async function fuzzParsers(options: ParserFuzzOptions): Promise<readonly ParserStats[]> {
  const all: ParserStats[] = [];
  let first = 0;
  while (Date.now() < options.endMs) {
    const { stats, lastStep } = await runProcess(options, first);
    if (stats !== undefined) all.push(stats);
    if (stats !== undefined || options.number !== undefined) break;
    first = lastStep + 1;
  }
  return all;
}

function runProcess({ seed, endMs, folder, findings, only = '', number }: ParserFuzzOptions, first: number) {
  const state = join(folder, 'parser-state');
  const minutes = (endMs - Date.now()) / 60_000;
  const args = [seed, minutes, first, state, only, number ?? ''].map(String);
  const execArgv = [...process.execArgv, '--expose-gc', '--max-old-space-size=1000'];
  const child = fork(SCRIPT, args, { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const pid = child.pid ?? 0;
  const current = () => {
    const [step = '0', target = '', at = '0'] = readState(state).trim().split(/\s+/);
    return { step: Number(step), target, number: Number(at) };
  };
  return new Promise<{ readonly stats: ParserStats | undefined; readonly lastStep: number }>((resolve) => {
    let stats: ParserStats | undefined;
    let isStuck = false;
    let seen = { step: -1, cpuMs: 0 };
    const timer = setInterval(() => {
      const { step, target, number: at } = current();
      if (step !== seen.step) seen = { step, cpuMs: cpuMs(pid) };
      else if (cpuMs(pid) - seen.cpuMs > STUCK_CPU_MS && !isStuck) {
        isStuck = true;
        findings.add({ target, number: at, what: `did not end within ${STUCK_CPU_MS} ms of processor time` });
        child.kill('SIGKILL');
      }
    }, LOOK_MS);
    child.on('message', (message: FromParsers) => {
      if (message.type === 'done') stats = message.stats;
      else findings.add({ ...message, input: Buffer.from(message.input, 'base64') });
    });
    child.once('exit', (code, signal) => {
      clearInterval(timer);
      const { step, target, number: at } = current();
      if (stats === undefined && !isStuck) {
        findings.add({ target, number: at, what: `ended the process (${signal ?? code})` });
      }
      resolve({ stats, lastStep: step });
    });
  });
}

function readState(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
