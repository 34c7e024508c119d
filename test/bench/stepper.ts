import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One sampling step in a separate process. */
export interface Measurement {
  readonly ms: number;
  /** On all cores; other programs change it less than the time on the clock. */
  readonly cpuMs: number;
  readonly peakMib: number;
  /** With the first step of a process that applies a LoRA, in milliseconds of processor time. */
  readonly load?: LoraLoad | undefined;
}

interface LoraLoad {
  /** To read the file and match it with the model. */
  readonly readCpuMs: number;
  /** From then on until the model could run. */
  readonly readyCpuMs: number;
  /** What the model takes to be loaded without the LoRA. */
  readonly plainCpuMs: number;
}

/** A process that does a step for each line it reads. */
export class Stepper {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      cwd: ROOT,
      env: { ...process.env, ...env },
    });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  async step(part = 'step'): Promise<Measurement> {
    this.#child.stdin?.write(`${part}\n`);
    const { value } = await this.#lines.next();
    const numbers = String(value).split(' ').map(Number);
    const [ms = Number.NaN, cpuMs = Number.NaN, peakMib = Number.NaN, readCpuMs, readyCpuMs, plainCpuMs = 0] = numbers;
    if (!Number.isFinite(ms)) throw new Error('a side ended without an answer');
    const load =
      readCpuMs === undefined || readyCpuMs === undefined ? undefined : { readCpuMs, readyCpuMs, plainCpuMs };
    return { ms, cpuMs, peakMib, load };
  }

  async end(): Promise<void> {
    const ended = new Promise((done) => this.#child.on('close', done));
    this.#child.stdin?.end();
    await ended;
  }
}
