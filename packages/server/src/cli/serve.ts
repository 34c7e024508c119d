import { existsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { DEFAULT_LIMITS, type ServerConfig } from '../config.js';
import type { LogFormat, LoggerOptions } from '../http/log.js';
import type { RunningServer } from '../http/start-server.js';
import { BUNDLED_IMAGES_FOLDER } from '../services/bundled-folders.js';
import { maxImageFileBytes } from '../services/image-header.js';
import { machineCacheFolder } from '../services/results/cache-folder.js';
import { fromCwd, homeFolder } from '../services/surroundings.js';
import { goOnAfterRejections } from './boundary.js';
import { parseCacheSize } from './cache-options.js';
import { readDevice } from './device.js';
import { EXIT } from './exit-codes.js';
import type { Io } from './io.js';
import { readMaxPixels, readMemory } from './memory.js';
import { findModelFolders } from './model-folders.js';
import { type QueueOptions, readQueue } from './queue.js';
import { readBasePath, readCount, readHost, readTls, readTrustProxy, type TlsOptions } from './serve-options.js';
import { untilToldToEnd } from './signals.js';
import { readStore } from './store.js';
import { type CommandContext, defaultLogFormat } from './terminal.js';

export interface ServeOptions extends QueueOptions, TlsOptions {
  readonly host: string;
  readonly port: string;
  readonly dataDir?: string;
  /** A folder, or `s3://BUCKET/PREFIX`. */
  readonly store?: string;
  readonly models: readonly string[];
  /** `auto`, or the name of one. */
  readonly device: string;
  /** Such as `6GB`. */
  readonly memory?: string;
  /** Of one image. */
  readonly maxMegapixels?: string;
  readonly allowHost: readonly string[];
  readonly allowOrigin: readonly string[];
  /** Such as `/unclip/`; `/` when left out. */
  readonly basePath?: string;
  /** `true`: one proxy. */
  readonly trustProxy?: string | true;
  /** Such as `500MB`. */
  readonly cacheSize?: string;
  /** How many runs that have ended are remembered. */
  readonly history: string;
  /** `error`, `warn`, `info`, `debug`. */
  readonly logLevel: string;
  /** Default: `text` in a terminal, otherwise `json`. */
  readonly logFormat?: LogFormat;
  /** Of one client in ten seconds. */
  readonly maxChanges: string;
  readonly devNodes: boolean;
  /** Answer to clients of ComfyUI as its server does. */
  readonly comfyui: boolean;
  readonly comfyuiPreviews: boolean;
}

// Four levels up from this file, both as source and as built: the folder of unclip-studio.
const ROOT = new URL('../../../../', import.meta.url);

/**
 * `unclip serve`: prints the one address to click on stdout, and runs until it is told to end.
 *
 * @throws BadInput if the operator asked for what cannot be done
 */
export async function serve(options: ServeOptions, context: CommandContext): Promise<number> {
  const { io, terminal } = context;
  // One that was asked for by name is tested before anything starts; `auto` is the worker's to find out meanwhile.
  if (options.device !== 'auto' && options.queue === undefined) await readDevice(options.device, io);
  const config = await toServerConfig(options, io);
  const format = options.logFormat ?? defaultLogFormat(terminal);
  const stopGoingOn = goOnAfterRejections(context);
  // Nothing that the server writes is for other users of this machine.
  const umask = process.umask(0o077);
  try {
    const server = await startSmall(config, { level: options.logLevel, format, stderr: io.stderr });
    terminal.out(server.signInUrl);
    // After the address, which is what a user looks for.
    if (format === 'text') {
      terminal.err(
        `Open this address in a browser. Ctrl+C stops the server. Your work is kept in ${config.dataFolder}`,
      );
    } else {
      const { host, dataFolder } = config;
      server.log.info({ host, port: server.port, dataFolder }, 'listening');
    }
    await untilToldToEnd(context, () => server.close());
    return EXIT.done;
  } finally {
    process.umask(umask);
    stopGoingOn();
  }
}

async function toServerConfig(options: ServeOptions, io: Io): Promise<ServerConfig> {
  const templates = fileURLToPath(new URL('workflows', ROOT));
  const editor = fileURLToPath(new URL('packages/editor/dist', ROOT));
  const token = io.env['UNCLIP_TOKEN'];
  const memoryBudgetBytes = readMemory(options.memory);
  const imagePixels = readMaxPixels(options.maxMegapixels);
  const queue = await readQueue(options, io);
  const store = readStore(options.store, io);
  const tls = await readTls(options, io);
  return {
    host: readHost(options.host),
    port: readCount('--port', options.port, 'a whole number from 0 to 65535'),
    dataFolder: fromCwd(io, options.dataDir ?? join(homeFolder(io.env), '.unclip-studio')),
    modelFolders: findModelFolders(options.models, io),
    ...(memoryBudgetBytes === undefined ? {} : { memoryBudgetBytes }),
    device: options.device,
    machineCacheFolder: machineCacheFolder(io),
    ...(existsSync(templates) ? { templatesFolder: templates } : {}),
    ...(existsSync(BUNDLED_IMAGES_FOLDER) ? { exampleImagesFolder: BUNDLED_IMAGES_FOLDER } : {}),
    ...(existsSync(join(editor, 'index.html')) ? { editorFolder: editor } : {}),
    ...(token === undefined || token === '' ? {} : { token }),
    allowedHosts: options.allowHost,
    allowedOrigins: options.allowOrigin,
    basePath: readBasePath(options.basePath),
    trustedProxies: readTrustProxy(options.trustProxy),
    ...(tls && { tls }),
    // The models and the runtime's own buffers need most of the rest.
    cacheBytes: Math.min(totalmem() / 8, 2 * 2 ** 30),
    resultBytes: parseCacheSize(options.cacheSize),
    historyRuns: readCount('--history', options.history, 'a whole number of runs, 0 or more'),
    devNodes: options.devNodes,
    comfyui: options.comfyui,
    comfyuiPreviews: options.comfyuiPreviews,
    ...(queue === undefined ? {} : { queue }),
    ...(store === undefined ? {} : { store }),
    limits: {
      ...DEFAULT_LIMITS,
      changes: readCount('--max-changes', options.maxChanges, 'a whole number from 1'),
      ...(imagePixels && { imagePixels, uploadBytes: maxImageFileBytes(imagePixels) }),
    },
  };
}

/**
 * Starts the server while V8 keeps its space for young objects small: what loading throws away would widen it to 34 MB,
 * which a server at rest holds on to. Measured: 151 MiB with the worker, 145 MiB this way, and no later start.
 */
async function startSmall(config: ServerConfig, logging: Omit<LoggerOptions, 'secrets'>): Promise<RunningServer> {
  setFlagsFromString('--semi-space-growth-factor=1');
  try {
    const [{ startServer }, { createLogger }] = await Promise.all([
      import('../http/start-server.js'),
      import('../http/log.js'),
    ]);
    return await startServer(config, (secrets) => createLogger({ ...logging, secrets }));
  } finally {
    setFlagsFromString('--semi-space-growth-factor=2');
  }
}
