import { type ChildProcess, fork } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Workflow } from '@unclip-studio/graph-core';
import WebSocket from 'ws';
import type { FromSoakServer, HeldThings } from './soak-server.js';
import { supportProcess } from './support-process.js';
import { TEST_TOKEN } from './test-server.js';
import { REPOSITORY } from './variations.js';

/** What server and worker hold after so many runs. */
export interface SoakSample extends HeldThings {
  readonly runs: number;
  readonly serverMib: number;
  readonly workerMib: number;
  readonly workerOpenFiles: number;
  /** Among the data folder's unfinished files. */
  readonly temporaryFiles: number;
}

export interface SoakOptions {
  /** Empty; the server keeps its data there. */
  readonly folder: string;
  readonly runs: number;
  /** How many runs lie between two looks. */
  readonly every: number;
  onSample?(sample: SoakSample): void;
}

/**
 * Sends small runs to a server, each with its own seed so that it really samples, while a client listens to all events,
 * and checks from time to time the memory of server and worker. Every fourth run is cancelled while active, every fifth
 * downloads its image. Linux only: it reads /proc.
 */
export async function runSoak({ folder, runs, every, onSample }: SoakOptions): Promise<readonly SoakSample[]> {
  const server = await startSoakServer(folder);
  const listener = await listen(server.origin);
  const samples: SoakSample[] = [];
  try {
    for (let run = 1; run <= runs; run++) {
      const id = await server.enqueue(smallWorkflow(run));
      if (run % 4 === 0) await server.ask('POST', `/api/runs/${id}/cancel`);
      await listener.ended(id);
      if (run % 5 === 0) await server.fetchOutputs(id);
      if (run % every !== 0) continue;
      const sample = { runs: run, ...(await server.look()) };
      samples.push(sample);
      onSample?.(sample);
    }
  } finally {
    listener.close();
    await server.end();
  }
  return samples;
}

function smallWorkflow(seed: number): Workflow {
  // A file of this repository.
  const workflow = JSON.parse(readFileSync(join(REPOSITORY, 'workflows/image-variations.json'), 'utf8')) as Workflow;
  const { noise, sample } = workflow.nodes;
  if (noise === undefined || sample === undefined) throw new Error('image-variations.json has other nodes now');
  return {
    ...workflow,
    nodes: {
      ...workflow.nodes,
      noise: { ...noise, params: { seed, noiseLevel: 100 } },
      sample: { ...sample, params: { count: 1, steps: 2, width: 64, height: 64 } },
    },
  };
}

function temporaryFiles(folder: string): number {
  return filesIn(folder).filter((path) => /\/(temporary|incoming|tmp)\//.test(path.slice(folder.length))).length;
}

async function startSoakServer(folder: string) {
  const script = supportProcess('soak-server');
  const child = fork(script, [folder], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ready = await nextMessage(child, 'ready');
  const { origin } = ready;
  const headers = { authorization: `Bearer ${TEST_TOKEN}`, 'content-type': 'application/json' };
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(origin + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return Buffer.from(await answer.arrayBuffer());
  };
  const json = async (method: string, path: string, body?: unknown) =>
    JSON.parse((await ask(method, path, body)).toString());
  return {
    origin,
    ask,
    enqueue: async (workflow: Workflow): Promise<string> => (await json('POST', '/api/runs', { workflow })).id,
    async fetchOutputs(id: string) {
      const { outputs } = await json('GET', `/api/runs/${id}`);
      for (const output of outputs) await ask('GET', `/api/outputs/${output.id}`);
    },
    async look(): Promise<Omit<SoakSample, 'runs'>> {
      const { worker } = await json('GET', '/api/queue');
      // Results of the last run may still be on their way to the disk; what stays unfinished shows below.
      for (let wait = 0; temporaryFiles(folder) > 0 && wait < 100; wait++) await delay(50);
      const answer = nextMessage(child, 'held');
      child.send('look');
      const { held } = await answer;
      return {
        ...held,
        serverMib: residentMib(child.pid ?? 0),
        workerMib: residentMib(worker.pid),
        workerOpenFiles: readdirSync(`/proc/${worker.pid}/fd`).length,
        temporaryFiles: temporaryFiles(folder),
      };
    },
    async end() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function listen(origin: string) {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/events`, {
    headers: { authorization: `Bearer ${TEST_TOKEN}` },
  });
  const ended = new Set<string>();
  let look = () => {};
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) return;
      const message = JSON.parse(data.toString());
      if (message.type === 'welcome') socket.send('{"type":"hello"}');
      if (message.type === 'snapshot') resolve();
      for (const event of message.type === 'events' ? message.events : []) {
        if (event.type === 'run-changed' && event.run.finishedAt !== undefined) ended.add(event.run.id);
      }
      look();
    });
  });
  return {
    ended: (id: string) =>
      new Promise<void>((resolve) => {
        look = () => {
          if (!ended.delete(id)) return;
          look = () => {};
          resolve();
        };
        look();
      }),
    close: () => socket.close(),
  };
}

function nextMessage<Type extends FromSoakServer['type']>(
  child: ChildProcess,
  type: Type,
): Promise<Extract<FromSoakServer, { type: Type }>> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: FromSoakServer) => {
      if (message.type !== type) return;
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(message as Extract<FromSoakServer, { type: Type }>);
    };
    const onExit = (code: number | null) => reject(new Error(`The server ended with code ${code}.`));
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
}

function residentMib(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 102.4) / 10;
}

function filesIn(folder: string): readonly string[] {
  return (readdirSync(folder, { recursive: true, withFileTypes: true }) as import('node:fs').Dirent[])
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
