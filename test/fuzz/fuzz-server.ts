import { TEST_TOKEN } from '../support/test-server.js';
import { type Answer, ask } from './ask.js';
import type { Corpus } from './corpus.js';
import { type DrawnRequest, drawRequest } from './draw-request.js';
import type { Findings } from './findings.js';
import { createRandom } from './random.js';
import { SOCKETS, talk } from './sockets.js';
import { type StockedServer, startStockedServer } from './stocked-server.js';
import { childrenOf, rssMib, waitedMs } from './watch-process.js';

export interface ServerFuzzOptions {
  readonly seed: number;
  readonly endMs: number;
  readonly folder: string;
  readonly corpus: Corpus;
  readonly findings: Findings;
  /** One route only. */
  readonly only?: string;
  /** One case only. */
  readonly number?: number;
}

export interface ServerStats {
  readonly requests: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Routes by their slowest answer in milliseconds, without what others of the machine took. */
  readonly slowest: readonly (readonly [string, number])[];
  /** Routes during which the event loop stood still, by the longest time. */
  readonly blocked: readonly (readonly [string, number])[];
  /** After a collection, the least in the second quarter of the time and in its last one. */
  readonly heapMib: readonly [number, number];
  /** Of the server and all its processes, likewise: between two large runs, models are loaded within their budget. */
  readonly rssMib: readonly [number, number];
}

const MAX_ANSWER_MS = 2000;
/** Its own limit: it starts a process for each device and computes there, and the answer is what came out. */
const MAX_TEST_OF_DEVICES_MS = 15_000;
const MAX_ANSWER_BYTES = 32 * 2 ** 20;
const REQUESTS_A_CHECK = 300;

/** Asks every route of a server, and talks to its sockets, until the time is over. */
export async function fuzzServer(options: ServerFuzzOptions): Promise<ServerStats> {
  const { seed, endMs, folder, corpus, findings, only, number: onlyNumber } = options;
  const statuses = new Map<string, number>();
  const slowest = new Map<string, number>();
  const blocked = new Map<string, number>();
  let current = { target: 'start', number: 0 };
  const raise = (map: Map<string, number>, name: string, value: number) =>
    void map.set(name, Math.max(map.get(name) ?? 0, Math.round(value)));
  const server = await startStockedServer(folder, {
    onLog(line) {
      if (/"level":(50|60)/.test(line)) findings.add({ ...current, what: `the log says: ${line.slice(0, 1500)}` });
    },
    onBlocked: (ms) => raise(blocked, current.target, ms),
  });
  const startMs = Date.now();
  let requests = 0;
  const samples: MemorySample[] = [];
  try {
    await server.stock();
    const targets = [
      ...server.routes.map((route) => ({ name: route.name, route })),
      ...SOCKETS.map((socket) => ({ name: socket.name, socket })),
    ];
    const chosen = targets.filter(({ name }) => only === undefined || name === only);
    for (
      let step = onlyNumber === undefined ? 0 : onlyNumber * chosen.length;
      Date.now() < endMs && chosen.length > 0;
      step++
    ) {
      const target = chosen[step % chosen.length] as (typeof chosen)[number];
      const number = Math.floor(step / chosen.length);
      current = { target: target.name, number };
      const random = createRandom(seed, target.name, number);
      if ('socket' in target) {
        const what = await talk(random, server.origin, target.socket.path, TEST_TOKEN);
        if (what !== undefined) findings.add({ ...current, what });
      } else {
        const { route } = target;
        const drawn = drawRequest(random, route, {
          corpus,
          pools: server.pools,
          token: TEST_TOKEN,
          secrets: server.secrets,
        });
        const { answer, ownMs } = await timed(server, drawn);
        requests++;
        statuses.set(String(answer.status), (statuses.get(String(answer.status)) ?? 0) + 1);
        raise(slowest, target.name, ownMs);
        const what = wrongWith(answer, ownMs, target.name === 'testDevices' ? MAX_TEST_OF_DEVICES_MS : MAX_ANSWER_MS);
        if (what !== undefined) findings.add({ ...current, what, input: describe(drawn, answer) });
      }
      if (!server.isAlive()) {
        findings.add({ ...current, what: 'the server ended' });
        break;
      }
      if (onlyNumber !== undefined) break;
      if (step % REQUESTS_A_CHECK === REQUESTS_A_CHECK - 1) {
        current = { target: `after ${current.target}`, number };
        const what = await server.works();
        if (what !== undefined) findings.add({ ...current, what });
        samples.push(await sampleMemory(server));
        await server.stock();
      }
    }
    current = { target: 'end', number: 0 };
    const what = await server.works();
    if (what !== undefined) findings.add({ ...current, what });
    samples.push(await sampleMemory(server));
    const leastOf = (measure: 'heapMib' | 'rssMib') => {
      const quarterMs = (endMs - startMs) / 4;
      const within = (fromMs: number, untilMs: number) =>
        samples.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs).map((sample) => sample[measure]);
      const before = within(startMs + quarterMs, startMs + 2 * quarterMs);
      const last = Math.min(...within(endMs - quarterMs, Number.POSITIVE_INFINITY));
      return [before.length === 0 ? last : Math.min(...before), last] as const;
    };
    return {
      ...{ requests, statuses: Object.fromEntries(statuses), slowest: sorted(slowest), blocked: sorted(blocked) },
      ...{ heapMib: leastOf('heapMib'), rssMib: leastOf('rssMib') },
    };
  } finally {
    await server.end();
  }
}

/** @returns the answer, and how long it took without what others of the machine took of the processors */
async function timed({ origin, pid }: StockedServer, drawn: DrawnRequest): Promise<{ answer: Answer; ownMs: number }> {
  const pids = [process.pid, pid, ...childrenOf(pid)];
  const before = pids.map(waitedMs);
  const answer = await ask(origin, drawn);
  // Others that one task waited for can be waited for by several at once; it only makes the measure milder.
  const waited = pids.reduce((sum, one, i) => sum + Math.max(0, waitedMs(one) - (before[i] ?? 0)), 0);
  return { answer, ownMs: Math.max(0, answer.wallMs - waited) };
}

function wrongWith({ status, text, sizeBytes }: Answer, ownMs: number, limitMs: number): string | undefined {
  if (status === 0) return `no answer: ${text}`;
  if (status >= 500 && status !== 503) return `answered ${status}: ${text.slice(0, 500)}`;
  if (ownMs > limitMs) return `answered ${status} after ${Math.round(ownMs)} ms`;
  if (sizeBytes > MAX_ANSWER_BYTES) return `answered with ${sizeBytes} bytes`;
  return undefined;
}

function describe({ method, path, headers, body }: DrawnRequest, { status, text }: Answer): Uint8Array {
  const lines = [`${method} ${path}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', ''];
  const sent = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body ?? []);
  return Buffer.concat([Buffer.from(lines.join('\n')), sent, Buffer.from(`\n\nanswer ${status}: ${text}\n`)]);
}

interface MemorySample {
  readonly atMs: number;
  readonly heapMib: number;
  readonly rssMib: number;
}

async function sampleMemory(server: StockedServer): Promise<MemorySample> {
  const heap = await server.heapMib();
  const all = [server.pid, ...childrenOf(server.pid)];
  const rss = all.reduce((sum, pid) => sum + rssMib(pid), 0);
  return { atMs: Date.now(), heapMib: Math.round(heap), rssMib: Math.round(rss) };
}

function sorted(times: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...times].sort(([, a], [, b]) => b - a).slice(0, 12);
}
