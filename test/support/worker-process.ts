import { spawn } from 'node:child_process';
import type { QueueTimes } from '@unclip-studio/server/queue';
import { firstLine } from './first-line.js';
import { supportProcess } from './support-process.js';

/** A worker in a separate process; see queue-worker.ts. */
export interface WorkerProcess {
  readonly id: string;
  signal(signal: NodeJS.Signals): void;
  /** @returns its exit code */
  gone(): Promise<number | null>;
  end(): Promise<void>;
}

export interface WorkerProcessOptions {
  readonly url: string;
  /** The data folder of the server. */
  readonly folder: string;
  readonly times?: Partial<QueueTimes>;
  /** What is to start it, such as `ip netns exec NAME`. */
  readonly through?: readonly string[];
}

const FILE = supportProcess('queue-worker');

export async function startWorkerProcess({
  url,
  folder,
  times = {},
  through = [],
}: WorkerProcessOptions): Promise<WorkerProcess> {
  const node = [process.execPath, FILE, url, folder, JSON.stringify(times)];
  const [command = '', ...args] = [...through, ...node];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = new Promise<number | null>((resolve) => child.once('close', resolve));
  const id = await firstLine(child, 'The worker');
  return {
    id,
    signal: (signal) => void child.kill(signal),
    gone: () => gone,
    async end() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
