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

/** The numbers for Prometheus. Its library is loaded by the first who asks; until then things are only counted. */
export function createMetrics({ runs, hub, requests }: Measured): () => Promise<string> {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  return async () => {
    const { Gauge, Registry } = await import('prom-client');
    const registry = new Registry();
    const gauge = (name: string, help: string, value: number) =>
      new Gauge({ name: `unclip_${name}`, help, registers: [registry] }).set(value);
    const status = runs.status();
    gauge('can_take_work', '1 if a run that is queued now would be done.', status.canTakeWork ? 1 : 0);
    gauge('queue_runs', 'Runs that wait.', status.queued);
    gauge('queue_paused', '1 while the queue is paused.', status.paused ? 1 : 0);
    gauge('run_active', '1 while a run has the worker.', status.running === undefined ? 0 : 1);
    const figures = runs.figures();
    gauge('workers', 'Workers from which something was heard lately.', runs.workers().length);
    gauge('runs_in_flight', 'Runs that workers have.', figures.inFlight);
    gauge('runs_begun', 'Runs that were given to a worker since the start.', figures.queueDelay.count);
    gauge('queue_delay_seconds_sum', 'How long those had been queued, together.', figures.queueDelay.sumMs / 1000);
    gauge('runs_lost', 'Runs whose worker was lost since the start.', figures.lost);
    gauge('results_refused', 'What workers told of runs that were theirs no more.', figures.refused);
    gauge('messages_unsigned', 'Messages from the queue without a valid signature.', figures.unsigned);
    gauge('worker_restarts', 'Unexpected ends of the worker since the start.', status.worker.restarts);
    gauge('event_clients', 'Open WebSockets.', hub.clientCount);
    gauge('event_backlog_bytes', 'What WebSockets have not read yet.', hub.backlogBytes);
    gauge('events', 'Events since the start.', hub.figures.events);
    gauge('event_messages', 'Messages that told them.', hub.figures.messages);
    gauge('previews_encoded', 'Preview pictures since the start.', hub.figures.previewsEncoded);
    gauge('previews_dropped', 'Previews that slow clients, gone since, did not get.', hub.figures.previewsDropped);
    gauge('model_runs', 'Times that workers ran a model since the start.', figures.modelRuns);
    gauge('results_read', 'Results taken from the disk since the start.', figures.results.read);
    gauge('results_written', 'Results kept on the disk since the start.', figures.results.written);
    gauge(
      'results_damaged',
      'Results that were not what had been written, and were made anew.',
      figures.results.damaged,
    );
    gauge('results_dropped', 'Results removed to make room.', figures.results.dropped);
    gauge(
      'results_kept',
      '0 while no results can be kept, such as on a full disk.',
      figures.results.problem === undefined ? 1 : 0,
    );
    gauge('resident_bytes', 'Memory of the server process, without its worker.', process.memoryUsage.rss());
    gauge(
      'event_loop_delay_p99_seconds',
      'How late the event loop was, since the last look.',
      delay.percentile(99) / 1e9,
    );
    gauge('uptime_seconds', 'Since the process began.', performance.now() / 1000);
    delay.reset();
    const labels = { labelNames: ['route', 'status'] as const, registers: [registry] };
    const count = new Gauge({ name: 'unclip_requests', help: 'Requests by route and status.', ...labels });
    const sum = new Gauge({ name: 'unclip_requests_seconds_sum', help: 'Time they took.', ...labels });
    for (const { route, status: code, count: requestCount, sumMs } of requests.entries()) {
      count.set({ route, status: code }, requestCount);
      sum.set({ route, status: code }, sumMs / 1000);
    }
    return registry.metrics();
  };
}
