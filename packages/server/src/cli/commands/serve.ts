import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { DEFAULT_LIMITS, type ServerConfig } from '../../config.js';
import type { LoggerOptions } from '../../http/log.js';
import type { RunningServer } from '../../http/start-server.js';
import { hubSettingsOf } from '../../hub/hub-settings.js';
import { maxImageFileBytes } from '../../services/image-header.js';
import { BUNDLED_IMAGES_FOLDER, BUNDLED_WORKFLOWS_FOLDER, EDITOR_FOLDER } from '../../services/program.js';
import { goOnAfterRejections } from '../boundary.js';
import type { ConfigOf } from '../command-table.js';
import { EXIT } from '../exit-codes.js';
import type { Io } from '../io.js';
import { readDevice, toMachineConfig } from '../machine-options.js';
import { untilToldToEnd } from '../signals.js';
import { type CommandContext, defaultLogFormat } from '../terminal.js';

/**
 * `unclip serve`: prints the address to open on stdout, and runs until it is stopped.
 *
 * @throws BadInput for options that cannot work
 */
export async function serve(config: ConfigOf<'serve'>, context: CommandContext): Promise<number> {
  const { io, terminal } = context;
  const { device, queue, logLevel, logFormat: format = defaultLogFormat(terminal) } = config;
  // A device requested by name is tested before anything starts; for `auto` the worker tests devices meanwhile.
  if (device !== 'auto' && queue === undefined) await readDevice(device, io);
  const serverConfig = toServerConfig(config, io);
  const stopGoingOn = goOnAfterRejections(context);
  // Nothing that the server writes is for other users of this machine.
  const umask = process.umask(0o077);
  try {
    const server = await startSmall(serverConfig, { level: logLevel, format, stderr: io.stderr });
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

export function toServerConfig(
  { maxChanges, maxImagePixels: imagePixels, allowFetch, ...config }: ConfigOf<'serve'>,
  io: Io,
): ServerConfig {
  return {
    ...config,
    machine: toMachineConfig({ ...config, modelFolders: withOwn(config) }, io),
    hub: hubSettingsOf(io.env, allowFetch),
    templatesFolder: existsSync(BUNDLED_WORKFLOWS_FOLDER) ? BUNDLED_WORKFLOWS_FOLDER : undefined,
    exampleImagesFolder: existsSync(BUNDLED_IMAGES_FOLDER) ? BUNDLED_IMAGES_FOLDER : undefined,
    editorFolder: existsSync(join(EDITOR_FOLDER, 'index.html')) ? EDITOR_FOLDER : undefined,
    token: io.env['UNCLIP_TOKEN'] || undefined,
    limits: {
      ...DEFAULT_LIMITS,
      changes: maxChanges,
      ...(imagePixels && { imagePixels, uploadBytes: maxImageFileBytes(imagePixels) }),
    },
  };
}

/** Downloads can be used. */
function withOwn({
  modelFolders,
  ownModelsFolder,
}: Pick<ConfigOf<'serve'>, 'modelFolders' | 'ownModelsFolder'>): readonly string[] {
  return [...new Set([...modelFolders, ownModelsFolder])];
}

/**
 * Starts the server while V8 keeps its space for young objects small: what loading throws away would widen it to 34 MB,
 * which a server at rest holds on to. Measured: 151 MiB with the worker, 145 MiB this way, and no later start.
 */
export async function startSmall(
  config: ServerConfig,
  logging: Omit<LoggerOptions, 'secrets'>,
): Promise<RunningServer> {
  setFlagsFromString('--semi-space-growth-factor=1');
  try {
    const [{ startServer }, { createLogger }] = await Promise.all([
      import('../../http/start-server.js'),
      import('../../http/log.js'),
    ]);
    return await startServer(config, (secrets) => createLogger({ ...logging, secrets }));
  } finally {
    setFlagsFromString('--semi-space-growth-factor=2');
  }
}
