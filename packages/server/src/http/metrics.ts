import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { EventHub } from '../events/event-hub.js';
import type { RunService } from '../runs/run-service.js';

/** Counts requests by route and status; cheap enough for every one. */
export interface RequestCounter {
  count(route: string, status: number, durationMs: number): void;
  entries(): Iterable<{
    readonly route: string;
    readonly status: number;
    readonly count: number;
    readonly sumMs: number;
  }>;
}

export function createRequestCounter(): RequestCounter {
  const counts = new Map<string, { route: string; status: number; count: number; sumMs: number }>();
  return {
    count(route, status, durationMs) {
      const key = `${route} ${status}`;
      const entry = counts.get(key) ?? { route, status, count: 0, sumMs: 0 };
      entry.count++;
      entry.sumMs += durationMs;
      counts.set(key, entry);
    },
    entries: () => counts.values(),
  };
}

interface Measured {
  readonly runs: RunService;
  readonly hub: EventHub;
  readonly requests: RequestCounter;
}

type Labels = Readonly<Record<string, string>>;

/** One number, or one for each set of labels. A counter only grows while the process lives; its name ends in `_total`. */
interface Metric {
  readonly kind: 'gauge' | 'counter';
  /** Without the common prefix and the suffix of counters. */
  readonly name: string;
  readonly help: string;
  readonly values: readonly (readonly [Labels, number])[];
}

/** The numbers for Prometheus. Its library is loaded by the first who asks; until then things are only counted. */
export function createMetrics({ runs, hub, requests }: Measured): () => Promise<string> {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  return async () => {
    const loopDelaySeconds = delay.percentile(99) / 1e9;
    delay.reset();
    return format([
      ...runMetrics(runs),
      ...eventMetrics(hub),
      ...requestMetrics(requests),
      gauge('resident_bytes', 'Memory of the server process, without its worker.', process.memoryUsage.rss()),
      gauge(
        'event_loop_delay_p99_seconds',
        'Delay of the event loop since the last scrape, 99th percentile.',
        loopDelaySeconds,
      ),
      gauge('uptime_seconds', 'Time since the process started.', performance.now() / 1000),
    ]);
  };
}

function runMetrics(runs: RunService): readonly Metric[] {
  const status = runs.status();
  const { inFlight, queueDelay, lost, refused, unsigned, modelRuns, results } = runs.figures();
  return [
    gauge('can_take_work', '1 if a run that is queued now would be executed.', status.canTakeWork ? 1 : 0),
    gauge('queue_runs', 'Queued runs.', status.queued),
    gauge('queue_paused', '1 while the queue is paused.', status.paused ? 1 : 0),
    gauge('run_active', '1 while the worker executes a run.', status.running === undefined ? 0 : 1),
    gauge('workers', 'Workers that have reported recently.', runs.workers().length),
    gauge('runs_in_flight', 'Runs that workers are executing.', inFlight),
    counter('runs_begun', 'Runs dispatched to a worker since the start.', queueDelay.count),
    counter('queue_delay_seconds', 'Total time that these runs were queued.', queueDelay.sumMs / 1000),
    counter('runs_lost', 'Runs whose worker was lost since the start.', lost),
    counter('results_refused', 'Results rejected because the worker no longer had the lease.', refused),
    counter('messages_unsigned', 'Messages from the queue without a valid signature.', unsigned),
    counter('worker_restarts', 'Unexpected ends of the worker since the start.', status.worker.restarts),
    counter('model_runs', 'Times that workers ran a model since the start.', modelRuns),
    counter('results_read', 'Results read from the cache on disk since the start.', results.read),
    counter('results_written', 'Results written to the cache on disk since the start.', results.written),
    counter('results_damaged', 'Results that were damaged on disk and computed again.', results.damaged),
    counter('results_dropped', 'Results removed to make room.', results.dropped),
    gauge(
      'results_kept',
      '0 while no results can be stored, such as on a full disk.',
      results.problem === undefined ? 1 : 0,
    ),
  ];
}

function eventMetrics({ clientCount, backlogBytes, figures }: EventHub): readonly Metric[] {
  return [
    gauge('event_clients', 'Open WebSockets.', clientCount),
    gauge('event_backlog_bytes', 'Bytes that WebSockets have not read yet.', backlogBytes),
    counter('events', 'Events since the start.', figures.events),
    counter('event_messages', 'Messages that carried these events.', figures.messages),
    counter('previews_encoded', 'Preview images encoded since the start.', figures.previewsEncoded),
    counter('previews_dropped', 'Previews dropped for slow clients.', figures.previewsDropped),
  ];
}

function requestMetrics(requests: RequestCounter): readonly Metric[] {
  const entries = [...requests.entries()].map(({ route, status, count, sumMs }) => {
    return { labels: { route, status: String(status) }, count, sumMs };
  });
  return [
    {
      ...{ kind: 'counter', name: 'requests', help: 'Requests by route and status.' },
      values: entries.map(({ labels, count }) => [labels, count]),
    },
    {
      ...{ kind: 'counter', name: 'requests_seconds', help: 'Total time of these requests.' },
      values: entries.map(({ labels, sumMs }) => [labels, sumMs / 1000]),
    },
  ];
}

function gauge(name: string, help: string, value: number): Metric {
  return { kind: 'gauge', name, help, values: [[{}, value]] };
}

function counter(name: string, help: string, value: number): Metric {
  return { kind: 'counter', name, help, values: [[{}, value]] };
}

// What these counters were called while they were gauges, where that was not their name without `_total`.
const FORMER_NAMES: Readonly<Record<string, string>> = {
  queue_delay_seconds: 'queue_delay_seconds_sum',
  requests_seconds: 'requests_seconds_sum',
};

async function format(metrics: readonly Metric[]): Promise<string> {
  const { Counter, Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  for (const { kind, name, help, values } of metrics) {
    const labelNames = Object.keys(values[0]?.[0] ?? {});
    const shared = { labelNames, registers: [registry] };
    const total = `unclip_${name}_total`;
    if (kind === 'counter') {
      const metric = new Counter({ name: total, help, ...shared });
      for (const [labels, value] of values) metric.inc(labels, value);
    }
    const former = kind === 'counter' ? (FORMER_NAMES[name] ?? name) : name;
    const ownHelp = kind === 'counter' ? `Deprecated: ${total} is the same as a counter.` : help;
    const metric = new Gauge({ name: `unclip_${former}`, help: ownHelp, ...shared });
    for (const [labels, value] of values) metric.set(labels, value);
  }
  return registry.metrics();
}
