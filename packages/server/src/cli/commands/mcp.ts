import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { createClient } from '@unclip-studio/client/node';
import { DEFAULT_LIMITS } from '../../config.js';
import { FolderInUseError } from '../../store/folder-lock.js';
import { goOnAfterRejections } from '../boundary.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import type { Io } from '../io.js';
import { untilToldToEnd } from '../signals.js';
import { type CommandContext, defaultLogFormat } from '../terminal.js';
import { startSmall, toServerConfig } from './serve.js';

/**
 * `unclip mcp`: speaks MCP on standard input and output until the client closes them. The workflows are those of a
 * running server, or of a data folder, for which a server without a page is started here.
 *
 * @throws BadInput if there is no token for that server, or another server uses the data folder
 */
export async function mcp(config: ConfigOf<'mcp'>, context: CommandContext): Promise<number> {
  const { io } = context;
  const [{ serveTools }, { StdioServerTransport }] = await Promise.all([
    import('../../mcp/serve-tools.js'),
    import('@modelcontextprotocol/sdk/server/stdio.js'),
  ]);
  const stopGoingOn = goOnAfterRejections(context);
  const umask = process.umask(0o077);
  const target = config.server === undefined ? await startOwn(config, context) : await named(config.server, config, io);
  try {
    // The process's own streams, or those of a test: all of them are Node streams.
    const transport = new StdioServerTransport(io.stdin, io.stdout as Writable);
    const tools = await serveTools(createClient(target), transport);
    await Promise.race([untilToldToEnd(context, async () => {}), endOf(io)]);
    await tools.close();
    return EXIT.done;
  } finally {
    await target.close();
    process.umask(umask);
    stopGoingOn();
  }
}

interface Target {
  readonly address: string;
  readonly token: string;
  close(): Promise<void>;
}

/** @throws BadInput */
async function named(address: string, { dataFolder }: ConfigOf<'mcp'>, { env }: Io): Promise<Target> {
  if (!URL.canParse(address))
    throw new BadInput([`--server "${address}": expected an address such as http://127.0.0.1:8420.`]);
  const file = join(dataFolder, 'token');
  const token = env['UNCLIP_TOKEN'] || (await readFile(file, 'utf8').catch(() => '')).trim();
  if (token === '') {
    throw new BadInput([
      `The token of ${address} is needed: set UNCLIP_TOKEN, or give its data folder with --data-dir; there is none in ${file}.`,
    ]);
  }
  return { address, token, close: async () => {} };
}

/** @throws BadInput */
async function startOwn(config: ConfigOf<'mcp'>, { io, terminal }: CommandContext): Promise<Target> {
  const { logLevel } = config;
  const token = randomBytes(32).toString('base64url');
  const none = { queue: undefined, store: undefined, tls: undefined, comfyuiPageFolder: undefined };
  const serverConfig = toServerConfig(
    {
      ...{ ...config, ...none, host: '127.0.0.1', port: 0, basePath: '/', trustedProxies: 0 },
      ...{
        allowedHosts: [],
        allowedOrigins: [],
        acceptedLicenses: [],
        comfyui: false,
        comfyuiPreviews: false,
        devNodes: false,
      },
      ...{ logFormat: undefined, maxChanges: DEFAULT_LIMITS.changes },
    },
    io,
  );
  const format = defaultLogFormat(terminal);
  try {
    // Other clients may come by the server of this data folder, with its token; this one is of this process alone.
    const server = await startSmall({ ...serverConfig, token }, { level: logLevel, format, stderr: io.stderr });
    return { address: server.origin, token, close: () => server.close() };
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    throw new BadInput([
      `A server has the data folder ${config.dataFolder}. Give its address: unclip mcp --server http://127.0.0.1:8420`,
    ]);
  }
}

/** The client has closed its input. */
function endOf({ stdin }: Pick<Io, 'stdin'>): Promise<void> {
  return new Promise((resolve) => {
    stdin.once('end', resolve);
    stdin.once('close', resolve);
  });
}
