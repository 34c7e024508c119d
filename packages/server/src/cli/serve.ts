import { existsSync } from 'node:fs';
import { homedir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { ConfigError, DEFAULT_LIMITS, type ServerConfig } from '../config.js';
import type { RunningServer } from '../http/start-server.js';
import { BUNDLED_IMAGES_FOLDER } from '../services/bundled-folders.js';
import { FolderInUseError } from '../store/folder-lock.js';
import { BadInput } from './bad-input.js';
import { parseCacheSize } from './cache-options.js';
import { EXIT } from './exit-codes.js';
import { readMemory } from './memory.js';
import { findModelFolders } from './model-folders.js';
import type { Terminal } from './terminal.js';

export interface ServeOptions {
  readonly host: string;
  readonly port: string;
  readonly dataDir?: string;
  readonly models: readonly string[];
  /** Such as `6GB`. */
  readonly memory?: string;
  readonly allowHost: readonly string[];
  readonly allowOrigin: readonly string[];
  /** Such as `500MB`. */
  readonly cacheSize?: string;
  /** `error`, `warn`, `info`, `debug`. */
  readonly logLevel: string;
  /** Of one client in ten seconds. */
  readonly maxChanges: string;
  readonly devNodes: boolean;
}

// Four levels up from this file, both as source and as built: the folder of unclip-studio.
const ROOT = new URL('../../../../', import.meta.url);
// A second Ctrl-C within this time is the same one, passed on by npm.
const SAME_PRESS_MS = 500;

/**
 * `unclip serve`: prints the one address to click on stdout, and runs until it is told to end.
 *
 * @throws BadInput if the operator asked for what cannot be done
 */
export async function serve(options: ServeOptions, terminal: Terminal): Promise<number> {
  const config = toServerConfig(options);
  const server = await startSmall(config, options.logLevel).catch((error: unknown) => {
    if (error instanceof ConfigError || error instanceof FolderInUseError) throw new BadInput([error.message]);
    throw error;
  });
  terminal.out(server.signInUrl);
  await untilToldToEnd();
  await server.close();
  return EXIT.done;
}

function toServerConfig(options: ServeOptions): ServerConfig {
  const templates = fileURLToPath(new URL('workflows', ROOT));
  const editor = fileURLToPath(new URL('packages/editor/dist', ROOT));
  const token = process.env['UNCLIP_TOKEN'];
  const memoryBudgetBytes = readMemory(options.memory);
  return {
    host: options.host,
    port: Number(options.port),
    dataFolder: resolve(options.dataDir ?? join(homedir(), '.unclip-studio')),
    modelFolders: findModelFolders(options.models),
    ...(memoryBudgetBytes === undefined ? {} : { memoryBudgetBytes }),
    ...(existsSync(templates) ? { templatesFolder: templates } : {}),
    ...(existsSync(BUNDLED_IMAGES_FOLDER) ? { exampleImagesFolder: BUNDLED_IMAGES_FOLDER } : {}),
    ...(existsSync(join(editor, 'index.html')) ? { editorFolder: editor } : {}),
    ...(token === undefined || token === '' ? {} : { token }),
    allowedHosts: options.allowHost,
    allowedOrigins: options.allowOrigin,
    // The models and the runtime's own buffers need most of the rest.
    cacheBytes: Math.min(totalmem() / 8, 2 * 2 ** 30),
    resultBytes: parseCacheSize(options.cacheSize),
    devNodes: options.devNodes,
    limits: { ...DEFAULT_LIMITS, changes: Number(options.maxChanges) },
  };
}

/**
 * Starts the server while V8 keeps its space for young objects small: what loading throws away would widen it to 34 MB,
 * which a server at rest holds on to. Measured: 151 MiB with the worker, 145 MiB this way, and no later start.
 */
async function startSmall(config: ServerConfig, logLevel: string): Promise<RunningServer> {
  setFlagsFromString('--semi-space-growth-factor=1');
  try {
    const [{ startServer }, { createLogger }] = await Promise.all([
      import('../http/start-server.js'),
      import('../http/log.js'),
    ]);
    return await startServer(config, (secrets) => createLogger(logLevel, secrets));
  } finally {
    setFlagsFromString('--semi-space-growth-factor=2');
  }
}

/** The first signal ends the server in good order; a second one ends the process. */
function untilToldToEnd(): Promise<void> {
  return new Promise((end) => {
    let firstMs: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (firstMs !== undefined && performance.now() - firstMs > SAME_PRESS_MS) process.exit(EXIT.cancelled);
        firstMs ??= performance.now();
        end();
      });
    }
  });
}
