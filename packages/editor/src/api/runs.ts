import { dataOf, type ServerClient } from '@unclip-studio/client';
import type { Workflow } from '@unclip-studio/graph-core';
import type { DevicesReport, RunDetail, RunForecast, RunRecord, WorkerRecord } from '@unclip-studio/protocol';
import { toWorkflow } from './library.js';

export interface StartRequest {
  readonly workflow: Workflow;
  /** Left out: the workflow's own targets. */
  readonly targets?: readonly string[];
  /** It only shows what a change would lead to, and stays out of the queue's lists. */
  readonly preview?: true;
}

/** What the page asks of the server about runs. Everything else comes by events. */
export function createRunsApi(server: ServerClient) {
  const of = (run: string) => ({ params: { path: { run } } });
  return {
    /** @param key the same key starts nothing twice, so a lost request can be repeated */
    start: (request: StartRequest, key: string): Promise<RunRecord> =>
      dataOf(server.POST('/api/runs', { body: toBody(request), params: { header: { 'idempotency-key': key } } })),
    cancel: async (run: string) => void (await dataOf(server.POST('/api/runs/{run}/cancel', of(run)))),
    moveToFront: async (run: string) => void (await dataOf(server.POST('/api/runs/{run}/front', of(run)))),
    retry: (run: string): Promise<RunRecord> => dataOf(server.POST('/api/runs/{run}/retry', of(run))),
    setPaused: async (isPaused: boolean) =>
      void (await dataOf(server.POST(isPaused ? '/api/queue/pause' : '/api/queue/resume'))),
    read: (run: string): Promise<RunDetail> => dataOf(server.GET('/api/runs/{run}', of(run))),
    readWorkflow: async (run: string) => toWorkflow(await dataOf(server.GET('/api/runs/{run}/workflow', of(run)))),
    /** Who evaluates runs. */
    workers: async (): Promise<readonly WorkerRecord[]> => (await dataOf(server.GET('/api/workers'))).workers,
    /** What models could run on at the server. */
    devices: (): Promise<DevicesReport> => dataOf(server.GET('/api/devices')),
    testDevices: (): Promise<DevicesReport> => dataOf(server.POST('/api/devices/test')),
    /** Unloads the models that no run uses. */
    freeMemory: async () => void (await dataOf(server.POST('/api/memory/free', { body: { results: true } }))),
    list: async (limit: number): Promise<readonly RunRecord[]> =>
      (await dataOf(server.GET('/api/runs', { params: { query: { limit } } }))).runs,
    forecast: ({ preview: _, ...request }: StartRequest, signal: AbortSignal): Promise<RunForecast> =>
      dataOf(server.POST('/api/forecast', { body: toBody(request), signal })),
    /** Whether the server does not know this browser. */
    isSignedOut: async () => (await server.GET('/api/queue')).response.status === 401,
  };
}

export type RunsApi = ReturnType<typeof createRunsApi>;

/** openapi-fetch knows only arrays that may be written to. */
function toBody<Request extends StartRequest>({ targets, ...request }: Request) {
  return { ...request, ...(targets && { targets: [...targets] }) };
}
