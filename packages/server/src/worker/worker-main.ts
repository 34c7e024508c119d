import { setTimeout as wait } from 'node:timers/promises';
import type { FromWorker, Reason, RunOrder, RunWarning, ToWorker } from '@unclip-studio/protocol';
import { embedImage } from '../engine/embed-image.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import { optionOf } from '../services/devices/device.js';
import { quantize } from '../services/likeness.js';
import { createDecodedPreviews, NO_PREVIEW_DECODER } from './decoded-previews.js';
import { evaluateRun, forecastRun, warmUpRun } from './evaluate-run.js';
import { createLearnedPreviews } from './learned-previews.js';
import type { WorkerConfig } from './messages.js';
import { watchParent } from './parent-watch.js';
import { createPreviews, MAX_PREVIEW_SIDE_PX } from './previews.js';
import { createWorkerServices } from './worker-services.js';

/** The program of the worker process: evaluates one run after the other for the server that forked it. */

// What a store that answers slowly may take.
const FLUSH_MS = 10_000;

const configText = process.argv[2];
if (configText === undefined || process.send === undefined) {
  throw new Error('Internal error: the worker is started by the server only');
}
// Written by the supervisor of the same build. Not awaited, so that this can be bundled as a script (scripts/bundle.mjs).
void main(JSON.parse(configText) as WorkerConfig);

async function main(config: WorkerConfig): Promise<void> {
  const parentWatch = watchParent();
  // Ctrl-C reaches the whole process group; the server decides what it means for the worker.
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  setInterval(() => send({ type: 'alive' }), config.heartbeatMs).unref();

  // The server reports its problems, as it has read the same folders.
  let plugins = await loadPlugins(config.plugins, {
    onLog: (text) => void process.stderr.write(`Plug-in ${text}\n`),
  });
  const learned = createLearnedPreviews();
  // Sent with the first run.
  let hint: string | undefined;
  let onRunNotice: ((warning: RunWarning) => void) | undefined;
  const onNotice = (words: string, because: Reason) => {
    onRunNotice?.({ message: words, because });
    send({ type: 'notice', words, because });
  };
  const { previews: method = 'auto' } = config;
  const isDecoding = method === 'auto' || method === 'taesd';
  const previews = createPreviews({
    findMap: learned.find,
    decoded: isDecoding
      ? createDecodedPreviews({
          isAuto: method === 'auto',
          sidePx: MAX_PREVIEW_SIDE_PX,
          open: () => services.engine.checkpoints.openPreviewDecoder(),
          runBeside: (model, feeds) => services.engine.runBeside(model, feeds),
          onNotice,
        })
      : undefined,
    send: (frame, onSent) => send({ type: 'preview', ...frame }, onSent),
    onError: (error) => void process.stderr.write(`A preview could not be made: ${error}\n`),
  });
  const services = createWorkerServices(
    config,
    {
      learnPreview: learned.learn,
      onNativeCall(underWay) {
        send({ type: 'native-call', underWay });
        return underWay ? previews.sent() : undefined;
      },
      onNotice,
      onDevice(device) {
        const { name, words } = device;
        send({ type: 'device', device: { name, words, option: optionOf(device) } });
        hint = device.hint;
        if (hint !== undefined) process.stderr.write(`${hint}\n`);
      },
      async onDeviceLost(words) {
        // The run continues in the next process, from cached results.
        await Promise.race([services.engine.flush(), wait(FLUSH_MS)]);
        // What the runtime does at an exit may hang on a device that is gone.
        send({ type: 'device-lost', words }, () => process.kill(process.pid, 'SIGKILL'));
        return new Promise<never>(() => {});
      },
    },
    plugins,
  );
  if (method === 'taesd') {
    // Problems of an existing one are reported when previews are drawn.
    void services.engine.checkpoints.openPreviewDecoder().then(
      (decoder) => decoder ?? process.stderr.write(`${NO_PREVIEW_DECODER}\n`),
      () => {},
    );
  }
  let reloaded = Promise.resolve();
  let rehearsal: { readonly cancel: AbortController; readonly over: Promise<void> } | undefined;
  let current: { readonly runId: string; readonly cancel: AbortController } | undefined;

  async function run(runId: string, order: RunOrder): Promise<void> {
    const cancel = new AbortController();
    current = { runId, cancel };
    // Both at once would read the same results, and each would find the damaged ones.
    rehearsal?.cancel.abort();
    await rehearsal?.over;
    await reloaded;
    let told = Promise.resolve();
    const warnings = new Map<string, RunWarning>();
    onRunNotice = (warning) => warnings.set(warning.message, warning);
    const { updates, report } = await evaluateRun(services, order, {
      signal: cancel.signal,
      // Another machine may be waiting to read the result.
      onUpdates(made) {
        const hasFinished = made.some(({ type }) => type === 'nodes-finished');
        told = told
          .then(() => (hasFinished ? services.shareResults() : undefined))
          .then(() => send({ type: 'run-events', runId, updates: made }));
      },
      onPreview: (node, value, progress) => previews.offer({ runId, node, value, progress }),
    });
    if (hint !== undefined) warnings.set(hint, { message: hint });
    hint = undefined;
    onRunNotice = undefined;
    current = undefined;
    await told;
    await services.shareResults();
    send({ type: 'run-ended', runId, updates, report: { ...report, warnings: [...warnings.values()] } });
    await tellResults();
  }

  function rehearse(order: RunOrder): void {
    const cancel = new AbortController();
    rehearsal = { cancel, over: reloaded.then(() => warmUpRun(services, order, cancel.signal)) };
  }

  function reloadPlugins(): void {
    reloaded = reloaded.then(async () => {
      plugins = await plugins.reload();
      services.usePlugins(plugins);
    });
  }

  async function tellResults(): Promise<void> {
    const counts = await services.takeResultCounts();
    if (counts !== undefined) send({ type: 'results', counts });
  }

  async function forecast(request: number, order: RunOrder): Promise<void> {
    await reloaded;
    const result = await forecastRun(services, order);
    if (result.ok) send({ type: 'forecast', request, ...result.value });
    else send({ type: 'forecast-problems', request, diagnostics: result.diagnostics });
  }

  /** Embeds an image with the first of the checkpoints that is here and has an image encoder. */
  async function describe({ request, sha256, checkpoints }: Extract<ToWorker, { type: 'describe' }>): Promise<void> {
    const { catalog, engine } = services;
    const images = services.imagesOf({});
    for (const checkpoint of checkpoints) {
      const seen = await embedImage(engine, { catalog, checkpoint, image: sha256, images });
      if (!seen.ok) continue;
      send({ type: 'described', request, model: seen.model, vector: quantize(seen.values) });
      return;
    }
    send({ type: 'described', request });
  }

  // A rejection is an internal error: it ends the process, and the supervisor reports it.
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
        previews.watch(message.watching && method !== 'none');
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
      case 'free-memory':
        void services.engine.freeMemory(message.results);
        break;
      case 'reload-plugins':
        reloadPlugins();
        break;
      case 'close':
        current?.cancel.abort();
        // Node still uses the channel while it delivers messages that arrived before this listener was added.
        setImmediate(() => process.disconnect());
        break;
    }
  });
  send({ type: 'ready' });
}

function send(message: FromWorker, onSent?: () => void): void {
  // Without a channel the server is gone, and so is this process in a moment.
  if (process.connected) process.send?.(message, undefined, undefined, () => onSent?.());
}
