import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { LogFormat } from '../http/log.js';
import { QUEUE_TIMES, secretsOf, showAddress } from '../queue/queue-address.js';
import { BUNDLED_IMAGES_FOLDER } from '../services/bundled-folders.js';
import { defaultCacheFolder, machineCacheFolder } from '../services/results/cache-folder.js';
import { fromCwd } from '../services/surroundings.js';
import { type StoreAddress, showStore } from '../store/bytes/store-address.js';
import { blobsFolderOf } from '../store/store.js';
import { BadInput } from './bad-input.js';
import { goOnAfterRejections } from './boundary.js';
import { parseCacheSize } from './cache-options.js';
import { readDevice } from './device.js';
import { EXIT } from './exit-codes.js';
import type { Io } from './io.js';
import { readMaxPixels, readMemory } from './memory.js';
import { findModelFolders } from './model-folders.js';
import { type QueueOptions, readQueue } from './queue.js';
import { untilToldToEnd } from './signals.js';
import { readStore } from './store.js';
import { type CommandContext, defaultLogFormat } from './terminal.js';

export interface WorkerOptions extends QueueOptions {
  readonly dataDir?: string;
  /** As the server was given it: a folder, or `s3://BUCKET/PREFIX`. */
  readonly store?: string;
  readonly models: readonly string[];
  readonly device: string;
  /** Such as `6GB`. */
  readonly memory?: string;
  /** Of one image. */
  readonly maxMegapixels?: string;
  /** Such as `500MB`. */
  readonly cacheSize?: string;
  /** `error`, `warn`, `info`, `debug`. */
  readonly logLevel: string;
  /** Default: `text` in a terminal, otherwise `json`. */
  readonly logFormat?: LogFormat;
  readonly devNodes: boolean;
}

/**
 * `unclip worker`: takes runs from a server's queue and evaluates them here, until it is told to end; prints the id under
 * which it signs on.
 *
 * @throws BadInput if the operator asked for what cannot be done
 */
export async function work(options: WorkerOptions, context: CommandContext): Promise<number> {
  const { io, terminal } = context;
  const address = await readQueue(options, io);
  if (address === undefined) {
    throw new BadInput(['unclip worker needs the queue of its server: --queue redis://HOST, or UNCLIP_QUEUE_URL.']);
  }
  const store = readStore(options.store, io);
  const { folder, results: resultsFolder } = foldersOf(options.dataDir, store, io);
  const memoryBudgetBytes = readMemory(options.memory);
  const maxImagePixels = readMaxPixels(options.maxMegapixels);
  const maxBytes = parseCacheSize(options.cacheSize);
  const modelFolders = findModelFolders(options.models, io);
  if (options.device !== 'auto') await readDevice(options.device, io);
  const results = { folder: resultsFolder, maxBytes };
  const [{ startRemoteWorker }, { createLogger }, { createHeldCheckpoints }, { identifyFolder }] = await Promise.all([
    import('../queue/start-worker.js'),
    import('../http/log.js'),
    import('../queue/held-checkpoints.js'),
    import('../queue/identify-folder.js'),
  ]);
  const log = createLogger({
    level: options.logLevel,
    format: options.logFormat ?? defaultLogFormat(terminal),
    secrets: secretsOf(address),
    stderr: io.stderr,
  });
  const stopGoingOn = goOnAfterRejections(context);
  const worker = startRemoteWorker({
    ...{ address, times: QUEUE_TIMES },
    config: {
      blobsFolder: blobsFolderOf(folder),
      ...(store === undefined ? {} : { store }),
      modelFolders,
      ...(memoryBudgetBytes === undefined ? {} : { memoryBudgetBytes }),
      device: options.device,
      machineCacheFolder: machineCacheFolder(io),
      imageFolders: [BUNDLED_IMAGES_FOLDER],
      ...(maxImagePixels && { maxImagePixels }),
      cacheBytes: Math.min(totalmem() / 8, 2 * 2 ** 30),
      ...(maxBytes > 0 ? { results } : {}),
      devNodes: options.devNodes,
    },
    ...(maxBytes > 0
      ? { resultsId: store?.kind === 's3' ? showStore(store) : await identifyFolder(results.folder) }
      : {}),
    listCheckpoints: createHeldCheckpoints({ roots: modelFolders, cacheFolder: machineCacheFolder(io) }),
    onWords: (text) => log.warn({ worker: text.trimEnd() }, 'the worker process says'),
    onNotice: (words) => log.info(words),
  });
  if (store !== undefined) log.info(`pictures and results are in ${showStore(store)}`);
  log.info({ queue: address.name }, `looking for runs at ${showAddress(address)}`);
  terminal.out(worker.id);
  await untilToldToEnd(context, () => worker.close()).finally(stopGoingOn);
  return EXIT.done;
}

/** Where this worker keeps results for itself, or finds all that it shares with the server. */
function foldersOf(dataDir: string | undefined, store: StoreAddress | undefined, io: Io) {
  if (store?.kind === 'folder') return { folder: store.folder, results: join(store.folder, 'results') };
  const folder = dataDir === undefined ? undefined : fromCwd(io, dataDir);
  if (folder !== undefined) return { folder, results: join(folder, 'results') };
  if (store === undefined) {
    throw new BadInput([
      'unclip worker needs a place that it shares with its server: --store s3://BUCKET/PREFIX or --store DIR as the ' +
        'server was given it, or --data-dir DIR, the data folder of the server, on a disk that both machines see.',
    ]);
  }
  const results = defaultCacheFolder(io) ?? join(tmpdir(), 'unclip-studio-results');
  return { folder: results, results };
}
