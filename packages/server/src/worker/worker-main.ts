import { cacheOver, createOutputCache } from '@unclip-studio/graph-core';
import { describePicture } from './describe-picture.js';
import { type Evaluator, evaluateOrder, forecastOrder } from './evaluate-order.js';
import type { LearnedPreviews } from './learned-previews.js';
import type { FromWorker, RunOrder, ToWorker, WorkerConfig } from './messages.js';
import { loadServerCatalog } from './node-catalog.js';
import { watchParent } from './parent-watch.js';
import { createPlanMemo } from './plan-memo.js';
import { type StepCount, stepOfPreview, toPreviewPicture } from './preview-picture.js';
import { rehearseOrder } from './rehearse-order.js';
import { createWorkerServices } from './worker-services.js';

/** The program of the worker process: evaluates one run after the other for the server that forked it. */

const configText = process.argv[2];
if (configText === undefined || process.send === undefined) {
  throw new Error('Internal error: the worker is started by the server only');
}
// Written by the supervisor of the same build.
main(JSON.parse(configText) as WorkerConfig);

function main(config: WorkerConfig): void {
  const parentWatch = watchParent();
  // Ctrl-C reaches the whole process group; the server decides what it means for the worker.
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  setInterval(() => send({ type: 'alive' }), config.heartbeatMs).unref();

  const services = createWorkerServices(config, {
    onNativeCall: (underWay) => send({ type: 'native-call', underWay }),
    onNotice: (words) => send({ type: 'notice', words }),
    onDevice: ({ name, words }) => send({ type: 'device', name, words }),
  });
  const memory = createOutputCache({ maxBytes: config.cacheBytes });
  const evaluator: Evaluator = {
    plans: createPlanMemo(loadServerCatalog(config)),
    services,
    cache: services.kept === undefined ? memory : cacheOver(services.kept, memory),
  };
  const previews = createPreviewSender(services.learnedPreviews);
  let rehearsal: { readonly cancel: AbortController; readonly over: Promise<void> } | undefined;
  let current: { readonly runId: string; readonly cancel: AbortController } | undefined;

  async function run(runId: string, order: RunOrder): Promise<void> {
    const cancel = new AbortController();
    current = { runId, cancel };
    // Both at once would read the same results, and each would find what is damaged.
    rehearsal?.cancel.abort();
    await rehearsal?.over;
    let told = Promise.resolve();
    const { batch, report } = await evaluateOrder(evaluator, order, {
      signal: cancel.signal,
      // Somebody may wait for what is finished, to read it on another machine.
      onBatch: (events) => {
        told = told
          .then(() => (events.finished.length > 0 ? services.shareResults() : undefined))
          .then(() => send({ type: 'run-events', runId, batch: events }));
      },
      onPreview: (node, value, progress) => previews.offer(runId, { node, value, progress }),
    });
    current = undefined;
    await told;
    await services.shareResults();
    send({ type: 'run-ended', runId, batch, report });
    await tellResults();
  }

  function rehearse(order: RunOrder): void {
    const cancel = new AbortController();
    rehearsal = { cancel, over: rehearseOrder(evaluator, order, cancel.signal) };
  }

  async function tellResults(): Promise<void> {
    const counts = await services.takeResultCounts();
    if (counts !== undefined) send({ type: 'results', counts });
  }

  async function forecast(request: number, order: RunOrder): Promise<void> {
    const result = await forecastOrder(evaluator, order);
    if (result.ok) send({ type: 'forecast', request, ...result.value });
    else send({ type: 'forecast-problems', request, diagnostics: result.diagnostics });
  }

  async function describe(request: Extract<ToWorker, { readonly type: 'describe' }>): Promise<void> {
    const answer = await describePicture(evaluator, request);
    send({ type: 'described', request: request.request, ...answer });
  }

  // A rejection is an internal error: it ends the process, and the supervisor tells of it.
  process.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'start-run':
        parentWatch.beforeWork();
        void run(message.runId, message.order);
        break;
      case 'cancel-run':
        if (current?.runId === message.runId) current.cancel.abort();
        break;
      case 'watch-previews':
        previews.watch(message.watching);
        break;
      case 'forecast':
        void forecast(message.request, message.order);
        break;
      case 'rehearse':
        rehearse(message.order);
        break;
      case 'describe':
        void describe(message);
        break;
      case 'close':
        current?.cancel.abort();
        process.disconnect();
        break;
    }
  });
  send({ type: 'ready' });
}

function send(message: FromWorker, onSent?: () => void): void {
  // Without a channel the server is gone, and so is this process in a moment.
  if (process.connected) process.send?.(message, undefined, undefined, () => onSent?.());
}

interface OfferedPreview {
  readonly node: string;
  readonly value: unknown;
  /** The last that the node reported. */
  readonly progress: StepCount;
}

/** Sends previews while somebody watches; one that comes before the last has left is dropped. */
function createPreviewSender(learned: LearnedPreviews) {
  let isWatched = false;
  let isSending = false;
  return {
    watch(watching: boolean): void {
      isWatched = watching;
    },
    offer(runId: string, { node, value, progress }: OfferedPreview): void {
      if (!isWatched || isSending) return;
      const picture = toPreviewPicture(value, learned.find);
      if (picture === undefined) return;
      const { step, steps } = stepOfPreview(value) ?? progress;
      isSending = true;
      send({ type: 'preview', runId, node, step, steps, picture }, () => {
        isSending = false;
      });
    },
  };
}
