import type { Workflow } from '@unclip-studio/graph-core';
import type { RunDetail, RunForecast, RunRecord, WorkerRecord } from '@unclip-studio/protocol';
import { createServerClient, dataOf, toWorkflow } from './server-client.js';

/** What the page asks of the server about runs. Everything else comes by events. */
export interface RunClient {
  /** @param key the same key starts nothing twice, so a lost answer can be asked for again */
  start(request: StartRequest, key: string): Promise<RunRecord>;
  cancel(run: string): Promise<void>;
  moveToFront(run: string): Promise<void>;
  retry(run: string): Promise<RunRecord>;
  setPaused(isPaused: boolean): Promise<void>;
  read(run: string): Promise<RunDetail>;
  readWorkflow(run: string): Promise<Workflow>;
  /** Who evaluates runs. */
  workers(): Promise<readonly WorkerRecord[]>;
  list(limit: number): Promise<readonly RunRecord[]>;
  forecast(request: StartRequest, signal: AbortSignal): Promise<RunForecast>;
  /** Whether the server does not know this browser. */
  isSignedOut(): Promise<boolean>;
}

export interface StartRequest {
  readonly workflow: Workflow;
  /** Left out: the workflow's own targets. */
  readonly targets?: readonly string[];
  /** It only shows what a change would lead to, and stays out of the queue's lists. */
  readonly preview?: true;
}

export function createRunClient(): RunClient {
  const server = createServerClient();
  const of = (run: string) => ({ params: { path: { run } } });
  return {
    start: (request, key) =>
      dataOf(server.POST('/api/runs', { body: toBody(request), params: { header: { 'idempotency-key': key } } })),
    cancel: async (run) => void (await dataOf(server.POST('/api/runs/{run}/cancel', of(run)))),
    moveToFront: async (run) => void (await dataOf(server.POST('/api/runs/{run}/front', of(run)))),
    retry: (run) => dataOf(server.POST('/api/runs/{run}/retry', of(run))),
    setPaused: async (isPaused) =>
      void (await dataOf(server.POST(isPaused ? '/api/queue/pause' : '/api/queue/resume'))),
    read: (run) => dataOf(server.GET('/api/runs/{run}', of(run))),
    readWorkflow: async (run) => toWorkflow(await dataOf(server.GET('/api/runs/{run}/workflow', of(run)))),
    workers: async () => (await dataOf(server.GET('/api/workers'))).workers,
    list: async (limit) => (await dataOf(server.GET('/api/runs', { params: { query: { limit } } }))).runs,
    forecast: ({ preview: _, ...request }, signal) =>
      dataOf(server.POST('/api/forecast', { body: toBody(request), signal })),
    isSignedOut: async () => (await server.GET('/api/queue')).response.status === 401,
  };
}

/** openapi-fetch knows only arrays that may be written to. */
function toBody<Request extends StartRequest>({ targets, ...request }: Request) {
  return { ...request, ...(targets && { targets: [...targets] }) };
}
