import type { RunDetail, RunForecast, RunRecord, WorkerRecord, Workflow } from '@unclip-studio/graph-core';

/** A request that the server refused. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  /** Where in the request, such as `workflow.nodes.photo.params.image`, and what is wrong there. */
  readonly errors: readonly { readonly path: string; readonly message: string }[];
}

export class RunRefused extends Error {
  override readonly name = 'RunRefused';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

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
}

export interface StartRequest {
  readonly workflow: Workflow;
  /** Left out: the workflow's own targets. */
  readonly targets?: readonly string[];
  /** It only shows what a change would lead to, and stays out of the queue's lists. */
  readonly preview?: true;
}

export function createRunClient(): RunClient {
  const run = (id: string) => `api/runs/${encodeURIComponent(id)}`;
  return {
    start: (request, key) => send('api/runs', { method: 'POST', body: request, headers: { 'idempotency-key': key } }),
    cancel: (id) => send(`${run(id)}/cancel`, { method: 'POST' }),
    moveToFront: (id) => send(`${run(id)}/front`, { method: 'POST' }),
    retry: (id) => send(`${run(id)}/retry`, { method: 'POST' }),
    setPaused: (isPaused) => send(`api/queue/${isPaused ? 'pause' : 'resume'}`, { method: 'POST' }),
    read: (id) => send(run(id), { method: 'GET' }),
    readWorkflow: (id) => send(`${run(id)}/workflow`, { method: 'GET' }),
    async workers() {
      const { workers } = await send<{ readonly workers: readonly WorkerRecord[] }>('api/workers', { method: 'GET' });
      return workers;
    },
    async list(limit) {
      const { runs } = await send<{ readonly runs: readonly RunRecord[] }>(`api/runs?limit=${limit}`, {
        method: 'GET',
      });
      return runs;
    },
    forecast: (request, signal) => send('api/forecast', { method: 'POST', body: request, signal }),
  };
}

interface Request {
  readonly method: 'GET' | 'POST';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

async function send<T>(path: string, { method, body, headers = {}, signal }: Request): Promise<T> {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  if (!response.ok) throw new RunRefused(await readRefusal(response));
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function readRefusal(response: Response): Promise<Refusal> {
  const { status, statusText } = response;
  const problem = (await response.json().catch(() => ({}))) as Partial<Refusal> & { readonly detail?: string };
  return { status, message: problem.detail ?? statusText, errors: problem.errors ?? [] };
}
