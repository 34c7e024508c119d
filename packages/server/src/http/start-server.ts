import { createServer, type Server } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { join } from 'node:path';
import { ConfigError, checkConfig, type ServerConfig } from '../config.js';
import { createEventHub, type EventHub } from '../events/event-hub.js';
import { createEventSockets } from '../events/event-sockets.js';
import { createPreviewDecoder } from '../events/preview-decoder.js';
import { toEventSource } from '../events/run-event-source.js';
import { systemClock } from '../runs/clock.js';
import { createRunService } from '../runs/create-run-service.js';
import type { RunService } from '../runs/run-service.js';
import { BUNDLED_IMAGES_FOLDER } from '../services/bundled-folders.js';
import { blobsFolderOf, openStore, type Store } from '../store/store.js';
import { loadServerCatalog } from '../worker/node-catalog.js';
import { createApp } from './app.js';
import type { Logger } from './log.js';
import { createMetrics, createRequestCounter } from './metrics.js';
import { createModelFolders } from './model-folders.js';
import { createPictureService } from './pictures/picture-service.js';
import { type RegisteredRoute, registeredRoutes } from './registered-routes.js';
import { createAccessToken, loadAccessToken } from './security/access-token.js';
import { createAllowLists } from './security/allow-lists.js';
import { stockExampleImages } from './stock-example-images.js';
import { createTemplates } from './templates.js';
import { createUploadGate } from './upload-gate.js';

export interface RunningServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** The address to click; it signs the browser in. */
  readonly signInUrl: string;
  readonly runs: RunService;
  readonly store: Store;
  readonly events: EventHub;
  /** Everything that the router answers. */
  readonly routes: readonly RegisteredRoute[];
  /** Takes nothing more, finishes the step under way and gives everything back, within ten seconds. */
  close(): Promise<void>;
}

/** What is needed before the port is known. */
interface Inner {
  readonly store: Store;
  readonly runs: RunService;
  readonly catalog: ReturnType<typeof loadServerCatalog>;
}

// Slow headers and slow bodies hold a connection; 32 MB in a minute is 4 Mbit/s.
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_MS = 30_000;
// How late the two above may be noticed; Node's own 30 s would let slow headers live four times as long.
const CHECK_TIMEOUTS_MS = 2000;

/** @param makeLog called with the secrets that no line may hold */
export async function startServer(
  config: ServerConfig,
  makeLog: (secrets: readonly string[]) => Logger,
): Promise<RunningServer> {
  checkConfig(config);
  // The port first: a second server must not touch the first one's data.
  const server = createServer({ connectionsCheckingInterval: CHECK_TIMEOUTS_MS });
  await listen(server, config);
  let store: Store | undefined;
  try {
    const tokenText = config.token ?? (await loadAccessToken(config.dataFolder));
    store = await openStore(config.dataFolder);
    const log = makeLog([tokenText, createAccessToken(tokenText).sessionValue]);
    return await assemble(server, config, { tokenText, log, inner: startRuns(config, store, log) });
  } catch (error) {
    store?.close();
    server.close();
    throw error;
  }
}

function startRuns(config: ServerConfig, store: Store, log: Logger): Inner {
  const catalog = loadServerCatalog({ devNodes: config.devNodes });
  const runs = createRunService({
    store,
    catalog,
    clock: systemClock,
    maxQueued: config.limits.queue,
    worker: {
      config: {
        blobsFolder: blobsFolderOf(config.dataFolder),
        modelFolders: config.modelFolders,
        ...(config.memoryBudgetBytes === undefined ? {} : { memoryBudgetBytes: config.memoryBudgetBytes }),
        imageFolders: [BUNDLED_IMAGES_FOLDER],
        cacheBytes: config.cacheBytes,
        ...(config.resultBytes ? { results: { folder: resultsFolderOf(config), maxBytes: config.resultBytes } } : {}),
        devNodes: config.devNodes,
      },
      onWords: (text) => log.warn({ worker: text.trimEnd() }, 'the worker says'),
    },
  });
  return { store, runs, catalog };
}

/** Apart from all that must not be lost: this folder may be emptied at any time. */
function resultsFolderOf({ dataFolder }: ServerConfig): string {
  return join(dataFolder, 'results');
}

async function assemble(
  server: Server,
  config: ServerConfig,
  { tokenText, log, inner }: { readonly tokenText: string; readonly log: Logger; readonly inner: Inner },
): Promise<RunningServer> {
  const { store, runs, catalog } = inner;
  const { port } = server.address() as AddressInfo;
  const token = createAccessToken(tokenText);
  const { host, allowedHosts: hosts, allowedOrigins: origins } = config;
  const rules = { token, port, lists: createAllowLists({ port, host, hosts, origins }) };
  const requests = createRequestCounter();
  const hub = createEventHub({
    source: toEventSource(runs),
    decodePreview: createPreviewDecoder((name) => findLatentMap(config, name)),
    now: () => performance.now(),
    onPreviewError: (error) => log.debug({ err: error }, 'a preview could not be made'),
  });
  const pictures = createPictureService();
  const models = createModelFolders(config.modelFolders);
  const stopWatching = models.watch(() => runs.announce({ type: 'models-changed' }));
  const parts = {
    ...{ config, rules, store, runs, catalog, pictures },
    models,
    templates: createTemplates(config.templatesFolder),
    nowMs: () => systemClock.wallMs(),
    metrics: createMetrics({ runs, hub, requests }),
  };
  const uploads = await createUploadGate(join(config.dataFolder, 'temporary'), config.limits.uploadBytes);
  const app = await createApp({ parts, uploads, log, requests });
  const sockets = createEventSockets({ rules, hub, maxClients: config.limits.eventClients });
  server.on('request', app);
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));

  if (config.exampleImagesFolder !== undefined) {
    await stockExampleImages(store, config.exampleImagesFolder, systemClock.wallMs());
  }
  log.info({ host, port, dataFolder: config.dataFolder }, 'listening');
  const origin = `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  return {
    port,
    origin,
    signInUrl: token.signInUrl(origin),
    runs,
    store,
    events: hub,
    routes: registeredRoutes(app),
    async close() {
      server.close();
      server.closeIdleConnections();
      stopWatching();
      await runs.close();
      hub.close();
      sockets.close();
      pictures.close();
      server.closeAllConnections();
      store.close();
    },
  };
}

async function findLatentMap({ modelFolders }: ServerConfig, name: string) {
  const { createCheckpointService } = await import('../services/model-files.js');
  return (await createCheckpointService({ roots: modelFolders }).open(name)).latentPreview;
}

function listen(server: Server, { host, port }: ServerConfig): Promise<void> {
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(toConfigError(error, host, port)));
    server.listen({ host, port }, resolve);
  });
}

function toConfigError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new ConfigError(`Port ${port} of ${host} is in use. End what uses it, or choose another with --port.`);
    case 'EACCES':
      return new ConfigError(`Port ${port} may not be opened by this user. Choose one above 1023 with --port.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ConfigError(`Host ${host} is no address of this machine. Choose another with --host.`);
    default:
      return error;
  }
}
