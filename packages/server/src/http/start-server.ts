import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseWorkflow } from '@unclip-studio/graph-core';
import { DEFAULT_HISTORY_RUNS, type ServerConfig } from '../config.js';
import { createEventBus, type EventBus, nextStartSeq } from '../events/event-bus.js';
import { createEventHub, type EventHub } from '../events/event-hub.js';
import { createGallery } from '../gallery/gallery.js';
import type { ModelLicenses } from '../models/model-licenses.js';
import { QUEUE_TIMES, type QueueAddress, secretsOf } from '../queue/queue-address.js';
import { systemClock } from '../runs/clock.js';
import { createRunService } from '../runs/create-run-service.js';
import { embeddedPlace } from '../runs/embedded-place.js';
import { WorkflowProblems } from '../runs/run-errors.js';
import type { CreateRunPlace } from '../runs/run-place.js';
import type { RunService } from '../runs/run-service.js';
import { BUNDLED_IMAGES_FOLDER } from '../services/program.js';
import { claimStore } from '../store/bytes/claim-store.js';
import { prepareDataFolder } from '../store/data-folder.js';
import { blobsFolderOf, openStore, type Store } from '../store/store.js';
import { WebhookSender } from '../webhooks/webhook-sender.js';
import { createApp } from './app.js';
import { checkConfig } from './check-config.js';
import { createComfyLayer } from './comfyui-host.js';
import { createDeviceReports } from './device-reports.js';
import { createEventSockets } from './event-sockets.js';
import { createSharedRuns } from './grants/shared-runs.js';
import { createImageService } from './images/image-service.js';
import { createImportService } from './imports/import-service.js';
import { type ListeningServer, listen, originToOpen, takeOffBasePath } from './listen.js';
import type { Logger } from './log.js';
import { createMetrics, createRequestCounter } from './metrics.js';
import { createModelFolders } from './model-folders.js';
import { startModelManager } from './models/model-manager.js';
import { createServerLicenses, requireLicenses } from './models/server-licenses.js';
import { type RegisteredRoute, registeredRoutes } from './registered-routes.js';
import { createAccessToken } from './security/access-token.js';
import { createAllowLists } from './security/allow-lists.js';
import type { AccessRules } from './security/check-request.js';
import { createTellRefused } from './security/refused-addresses.js';
import { createSessions } from './security/sessions.js';
import { loadAccessToken, loadWebhookSecret } from './security/token-file.js';
import { openServerNodes, type ServerNodes } from './server-nodes.js';
import { stockExampleImages } from './stock-example-images.js';
import { createTemplates } from './templates.js';
import { createUploadGate } from './upload-gate.js';
import { withoutVersion } from './versioned-path.js';

export interface RunningServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT`, without a base path. */
  readonly origin: string;
  /** The address to click; it signs the browser in. */
  readonly signInUrl: string;
  readonly runs: RunService;
  readonly store: Store;
  readonly events: EventBus;
  /** The connected listeners. */
  readonly hub: EventHub;
  readonly log: Logger;
  /** Everything that the router answers. */
  readonly routes: readonly RegisteredRoute[];
  /** Accepts nothing more, finishes the current step and returns everything, within ten seconds. */
  close(): Promise<void>;
}

/** Everything needed before the port is known. */
interface Inner {
  readonly store: Store;
  readonly runs: RunService;
  readonly events: EventBus;
  readonly nodes: ServerNodes;
  readonly licenses: ModelLicenses;
}

/** @param makeLog called with the secrets that no line may hold */
export async function startServer(
  config: ServerConfig,
  makeLog: (secrets: readonly string[]) => Logger,
): Promise<RunningServer> {
  checkConfig(config);
  // The port first: a second server must not touch the first one's data.
  const listening = await listen(config);
  let store: Store | undefined;
  try {
    const { keepsModes } = await prepareDataFolder(config.dataFolder);
    store = await openStore(config.dataFolder, {
      ...(config.store && { address: config.store }),
      isShared: config.queue !== undefined,
    });
    const tokenText = config.token ?? (await loadAccessToken(config.dataFolder, keepsModes));
    if (config.store !== undefined) await claimStore(config.store, serverIdOf(store));
    const queueSecrets = config.queue === undefined ? [] : secretsOf(config.queue);
    const hubSecrets = config.hub.token === undefined ? [] : [config.hub.token];
    const webhookSecret = config.webhooks?.secret ?? (await loadWebhookSecret(config.dataFolder, keepsModes));
    const log = makeLog([tokenText, webhookSecret, ...queueSecrets, ...hubSecrets]);
    if (!keepsModes)
      log.warn({ dataFolder: config.dataFolder }, 'other users of this machine may read the data folder');
    const unlisted = store.guard.problem();
    if (unlisted !== undefined) log.warn({ dataFolder: config.dataFolder }, unlisted);
    const inner = await startRuns(config, store, log);
    return await assemble(listening, config, { tokenText, webhookSecret, log, inner }).catch(async (error: unknown) => {
      // It would keep using the store.
      await inner.runs.close();
      throw error;
    });
  } catch (error) {
    store?.close();
    listening.server.close();
    listening.server.closeAllConnections();
    throw error;
  }
}

async function startRuns(config: ServerConfig, store: Store, log: Logger): Promise<Inner> {
  const nodes = await openServerNodes(config.machine, log);
  const events = createEventBus({
    startSeq: nextStartSeq(store.settings),
    onListenerError: (error) => log.error({ err: error }, 'a part of the server that listens to events made a mistake'),
  });
  const licenses = createServerLicenses(config);
  const runs = createRunService({
    ...{ store, catalog: nodes.catalog, events },
    clock: systemClock,
    maxQueued: config.limits.queue,
    historyRuns: config.historyRuns ?? DEFAULT_HISTORY_RUNS,
    webhooks: config.webhooks?.addresses ?? [],
    admit: (plan) => requireLicenses(plan, licenses, log),
    onResultTrouble: (trouble) => log.warn(trouble, 'kept results were damaged, or cannot be kept for a while'),
    onSweepError: (error) => log.error({ err: error }, 'unneeded files could not be removed'),
    place: config.queue === undefined ? ownPlace(config, log) : await remotePlace(config.queue, store, log),
  });
  warmUp(store, runs);
  return { store, runs, events, nodes, licenses };
}

function ownPlace(config: ServerConfig, log: Logger): CreateRunPlace {
  return embeddedPlace({
    config: {
      ...config.machine,
      blobsFolder: blobsFolderOf(config.dataFolder),
      store: config.store,
      imageFolders: [BUNDLED_IMAGES_FOLDER],
      maxImagePixels: config.limits.imagePixels,
      ...(config.resultBytes ? { results: { folder: resultsFolderOf(config), maxBytes: config.resultBytes } } : {}),
    },
    onWords: (text) => log.warn({ worker: text.trimEnd() }, 'the worker says'),
  });
}

/** Loaded here alone: who has no other machines needs neither BullMQ nor a client of Redis. */
async function remotePlace(address: QueueAddress, { settings }: Store, log: Logger): Promise<CreateRunPlace> {
  const { bullmqPlace } = await import('../queue/bullmq-executor.js');
  return bullmqPlace({
    address,
    times: QUEUE_TIMES,
    server: serverIdOf({ settings }),
    onNotice: (words) => log.warn(words),
  });
}

/** What this server, with its data folder, is known by; kept from its first start on. */
function serverIdOf({ settings }: Pick<Store, 'settings'>): string {
  const known = settings.read('server-id');
  const id = known ?? randomUUID();
  if (known === undefined) settings.write('server-id', id);
  return id;
}

/** Apart from all that must not be lost: this folder may be emptied at any time. */
function resultsFolderOf({ dataFolder, store }: ServerConfig): string {
  return join(store?.kind === 'folder' ? store.folder : dataFolder, 'results');
}

interface Started {
  readonly tokenText: string;
  readonly webhookSecret: string;
  readonly log: Logger;
  readonly inner: Inner;
}

async function assemble(
  { server, answerWith }: ListeningServer,
  config: ServerConfig,
  { tokenText, webhookSecret, log, inner }: Started,
): Promise<RunningServer> {
  const { store, runs, events, nodes, licenses } = inner;
  const { port } = server.address() as AddressInfo;
  const { host, allowedHosts: hosts, allowedOrigins: origins, basePath = '/', tls } = config;
  const nowMs = () => systemClock.wallMs();
  const token = createAccessToken(tokenText);
  const rules: AccessRules = {
    ...{ token, port, basePath },
    sessions: createSessions({ token: tokenText, ended: store.endedSessions, nowMs }),
    lists: createAllowLists({ port, isTls: tls !== undefined, host, hosts, origins }),
    tellRefused: createTellRefused(log),
  };
  const requests = createRequestCounter();
  const watch = createPreviewWatch(runs);
  const hub = createEventHub({
    events,
    snapshot: () => runs.snapshot(),
    watchPreviews: (watching) => watch('events', watching),
    now: () => performance.now(),
  });
  const images = createImageService({ maxPixels: config.limits.imagePixels, c2pa: config.machine.c2pa });
  const imports = createImportService();
  const gallery = createGallery({
    ...{ store, runs, events, nowMs },
    onError: (error) => log.error({ err: error }, 'the gallery stopped indexing images'),
  });
  const models = createModelFolders(config.machine.modelFolders);
  const modelManager = await startModelManager({ config, events, log, nowMs });
  const stopWatching = models.watch(() => events.publish({ type: 'models-changed' }));
  const stopReloading = nodes.follow(({ problems }) => {
    // Before clients are notified of new nodes: runs that start then must find them.
    runs.reloadPlugins();
    events.publish({ type: 'nodes-changed', problems: [...problems] });
  });
  const sharedRuns = createSharedRuns({
    ...{ store, config, runs, events },
    catalog: () => nodes.catalog(),
    watch: (watching) => watch('share-links', watching),
  });
  const parts = {
    ...{ config, rules, store, runs, events, images, imports, gallery, sharedRuns },
    ...{ models, modelManager, licenses },
    devices: createDeviceReports(config.machine),
    get catalog() {
      return nodes.catalog();
    },
    get plugins() {
      return nodes.plugins();
    },
    templates: createTemplates(config.templatesFolder, () => nodes.plugins().workflows),
    nowMs,
    metrics: createMetrics({ runs, hub, requests }),
  };
  const uploads = await createUploadGate(join(config.dataFolder, 'temporary'), config.limits.uploadBytes);
  const comfyui = config.comfyui
    ? await createComfyLayer(parts, uploads, (watching) => watch('comfyui', watching))
    : undefined;
  const app = await createApp({ parts, uploads, log, requests, ...(comfyui && { comfyui }) });
  const sockets = createEventSockets({ rules, hub, maxClients: config.limits.eventClients });
  answerWith((request, response) => {
    takeOffBasePath(request, basePath);
    app(request, response);
  });
  server.on('upgrade', (request, socket, head) => {
    takeOffBasePath(request, basePath);
    request.url = withoutVersion(request.url ?? '') ?? request.url ?? '';
    if (!comfyui?.upgrade(request, socket, head)) sockets.upgrade(request, socket, head);
  });

  if (config.exampleImagesFolder !== undefined) {
    await stockExampleImages(store, config.exampleImagesFolder, systemClock.wallMs());
  }
  const webhooks = new WebhookSender({
    ...{ store, runs, events, clock: systemClock, secret: webhookSecret },
    addresses: config.webhooks?.addresses ?? [],
    allowedHosts: config.hub.allowedHosts,
    retryDelaysMs: config.webhooks?.retryDelaysMs,
    onError: (error) => log.error({ err: error }, 'a webhook could not be sent; it is tried again'),
  });
  webhooks.start();
  const origin = originToOpen(config, port);
  return {
    port,
    origin,
    signInUrl: token.signInUrl(origin + basePath),
    runs,
    store,
    ...{ events, hub },
    log,
    routes: registeredRoutes(app),
    async close() {
      server.close();
      server.closeIdleConnections();
      stopWatching();
      stopReloading();
      webhooks.close();
      await modelManager.close();
      await gallery.stop();
      sharedRuns.close();
      await runs.close();
      hub.close();
      sockets.close();
      comfyui?.close();
      images.close();
      imports.close();
      server.closeAllConnections();
      store.close();
    },
  };
}

/** Previews are made while anybody watches, whichever way. */
function createPreviewWatch(runs: RunService) {
  const watchers = new Set<string>();
  return (who: string, watching: boolean) => {
    if (watching) watchers.add(who);
    else watchers.delete(who);
    runs.watchPreviews(watchers.size > 0);
  };
}

/** Has the worker go through the last run before anybody waits for it; docs/PERFORMANCE.md says what that gains. */
function warmUp({ runs }: Pick<Store, 'runs'>, service: Pick<RunService, 'rehearse'>): void {
  const [last] = runs.list({ states: ['succeeded'], limit: 1 });
  const text = last && runs.readWorkflow(last.id);
  const workflow = text && parseWorkflow(text.workflowJson);
  if (last === undefined || !workflow?.ok) return;
  try {
    service.rehearse(workflow.value, last.targets);
  } catch (error) {
    // It was good when it was run; a node type it needs may have gone since, which a new run will say.
    if (!(error instanceof WorkflowProblems)) throw error;
  }
}
