import type { ServerEvent } from '@unclip-studio/protocol';
import WebSocket from 'ws';
import type { BuiltServer } from './built-server.js';

interface BenchRun {
  readonly id: string;
  readonly ms: number;
  readonly eventBytes: number;
  readonly nodeMs: number;
}

/** Drives a server through HTTP and WebSocket, one run after the other. */
export interface BenchClient {
  /**
   * @returns milliseconds from the request to the event that reports the end, and the bytes of all events between, and
   * the total time of the nodes
   */
  run(body: unknown): Promise<BenchRun>;
  /** Asks for all at once. @returns milliseconds until the last has ended */
  runAll(bodies: readonly unknown[]): Promise<{ readonly ms: number }>;
  watch(onPreview: (frame: Uint8Array) => void): void;
  close(): void;
}

export async function connectBenchClient({ origin, token }: BuiltServer): Promise<BenchClient> {
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
  /** Resolves with the time at which the last of the runs had ended. */
  async function untilEnded(starts: readonly unknown[], note: (event: ServerEvent) => void) {
    const ids = new Set<string>();
    const ended = new Set<string>();
    let areAllStarted = false;
    const isOver = () => areAllStarted && [...ids].every((id) => ended.has(id));
    const end = new Promise<number>((resolve) => {
      onEvents = (events) => {
        for (const event of events) {
          note(event);
          if (event.type !== 'run-changed' || !['succeeded', 'failed'].includes(event.run.state)) continue;
          if (event.run.state === 'failed') throw new Error(`The run failed: ${event.run.error?.message}`);
          ended.add(event.run.id);
        }
        if (isOver()) resolve(performance.now());
      };
      void Promise.all(starts.map((body) => post(`${origin}/api/runs`, headers, body))).then((runs) => {
        for (const { id } of runs) ids.add(id);
        areAllStarted = true;
        if (isOver()) resolve(performance.now());
      });
    });
    return { endMs: await end, ids: [...ids] };
  }

  return {
    async run(body) {
      eventBytes = 0;
      let nodeMs = 0;
      const startedMs = performance.now();
      const { endMs, ids } = await untilEnded([body], (event) => {
        if (event.type === 'nodes-finished') for (const ms of Object.values(event.durationsMs)) nodeMs += ms;
      });
      return { id: ids[0] ?? '', ms: endMs - startedMs, eventBytes, nodeMs };
    },
    async runAll(bodies) {
      const startedMs = performance.now();
      const { endMs } = await untilEnded(bodies, () => {});
      return { ms: endMs - startedMs };
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
