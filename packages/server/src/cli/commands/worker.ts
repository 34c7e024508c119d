import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QUEUE_TIMES, secretsOf, showAddress } from '../../queue/queue-address.js';
import { BUNDLED_IMAGES_FOLDER } from '../../services/program.js';
import { defaultCacheFolder } from '../../services/results/cache-folder.js';
import { type StoreAddress, showStore } from '../../store/bytes/store-address.js';
import { blobsFolderOf } from '../../store/store.js';
import { goOnAfterRejections } from '../boundary.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import type { Io } from '../io.js';
import { readDevice, toMachineConfig } from '../machine-options.js';
import { untilToldToEnd } from '../signals.js';
import { type CommandContext, defaultLogFormat } from '../terminal.js';

/**
 * `unclip worker`: takes runs from a server's queue and evaluates them here, until it is stopped; prints the id under
 * which it registers.
 *
 * @throws BadInput if the options cannot be used
 */
export async function work(config: ConfigOf<'worker'>, context: CommandContext): Promise<number> {
  const { io, terminal } = context;
  const { queue: address, store, device, resultBytes: maxBytes, maxImagePixels } = config;
  if (address === undefined) {
    throw new BadInput(['unclip worker needs the queue of its server: --queue redis://HOST, or UNCLIP_QUEUE_URL.']);
  }
  const { folder, results: resultsFolder } = foldersOf(config.sharedDataFolder, store, io);
  if (device !== 'auto') await readDevice(device, io);
  const machine = toMachineConfig({ ...config, dataFolder: folder }, io);
  const results = maxBytes > 0 ? { folder: resultsFolder, maxBytes } : undefined;
  const [{ startRemoteWorker }, { createLogger }, { createHeldCheckpoints }, { identifyFolder }] = await Promise.all([
    import('../../queue/start-worker.js'),
    import('../../http/log.js'),
    import('../../queue/held-checkpoints.js'),
    import('../../queue/identify-folder.js'),
  ]);
  const log = createLogger({
    level: config.logLevel,
    format: config.logFormat ?? defaultLogFormat(terminal),
    secrets: secretsOf(address),
    stderr: io.stderr,
  });
  const stopGoingOn = goOnAfterRejections(context);
  const worker = startRemoteWorker({
    ...{ address, times: QUEUE_TIMES },
    config: {
      ...{ ...machine, store, maxImagePixels, results },
      blobsFolder: blobsFolderOf(folder),
      imageFolders: [BUNDLED_IMAGES_FOLDER],
    },
    ...(results && {
      resultsId: store?.kind === 's3' ? showStore(store) : await identifyFolder(results.folder),
    }),
    listCheckpoints: createHeldCheckpoints({ roots: machine.modelFolders, cacheFolder: machine.machineCacheFolder }),
    onWords: (text) => log.warn({ worker: text.trimEnd() }, 'the worker process says'),
    onNotice: (words) => log.info(words),
  });
  if (store !== undefined) log.info(`images and results are in ${showStore(store)}`);
  log.info({ queue: address.name }, `looking for runs at ${showAddress(address)}`);
  terminal.out(worker.id);
  await untilToldToEnd(context, () => worker.close()).finally(stopGoingOn);
  return EXIT.done;
}

/** Where this worker keeps results for itself, or finds all that it shares with the server. */
function foldersOf(folder: string | undefined, store: StoreAddress | undefined, io: Io) {
  if (store?.kind === 'folder') return { folder: store.folder, results: join(store.folder, 'results') };
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
