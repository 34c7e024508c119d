import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { ConfigError, type ServerConfig } from '../config.js';
import { bracketed } from './security/allow-lists.js';

// Slow headers and slow bodies hold a connection; 100 MB, a large photo, in five minutes is 3 Mbit/s.
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 300_000;
const KEEP_ALIVE_MS = 30_000;
// How late the two above may be noticed; Node's own 30 s would let slow headers live four times as long.
const CHECK_TIMEOUTS_MS = 2000;

/** A server that has its port. */
export interface ListeningServer {
  readonly server: Server;
  /** Answers requests from now on, including those that are already waiting. */
  answerWith(handler: RequestListener): void;
}

/**
 * Opens the port, and lets requests wait until they can be answered.
 *
 * @throws ConfigError if the port or the address is not available, or the certificate and its key cannot be used
 */
export async function listen({ host, port, tls }: ServerConfig): Promise<ListeningServer> {
  const server = makeServer(tls);
  const early: Parameters<RequestListener>[] = [];
  const hold: RequestListener = (request, response) => void early.push([request, response]);
  // Without a listener Node would leave them without an answer for ever.
  server.on('request', hold);
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(toConfigError(error, host, port)));
    server.listen({ host, port }, resolve);
  });
  return {
    server,
    answerWith(handler) {
      server.off('request', hold);
      server.on('request', handler);
      for (const [request, response] of early.splice(0)) handler(request, response);
    },
  };
}

function makeServer(tls: ServerConfig['tls']): Server {
  if (tls === undefined) return createServer({ connectionsCheckingInterval: CHECK_TIMEOUTS_MS });
  try {
    return createTlsServer({ ...tls, connectionsCheckingInterval: CHECK_TIMEOUTS_MS });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(
      `The certificate and its key cannot be used (${reason}). Expected PEM files that belong together: --tls-cert with ` +
        'the certificate and its chain, --tls-key with its private key, without a passphrase.',
      { cause: error },
    );
  }
}

function toConfigError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const options = { cause: error };
  switch (error.code) {
    case 'EADDRINUSE':
      return new ConfigError(
        `Port ${port} of ${host} is in use. End what uses it, or choose another with --port.`,
        options,
      );
    case 'EACCES':
      return new ConfigError(
        `Port ${port} may not be opened by this user. Choose one above 1023 with --port.`,
        options,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
    case 'EAFNOSUPPORT':
      return new ConfigError(`Host ${host} is not an address of this machine. Choose another with --host.`, options);
    default:
      return error;
  }
}

// Where a server that listens at all addresses can be reached from the machine it runs on.
const REACHABLE: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

/** Where a browser on this machine finds the server, such as `http://127.0.0.1:8420`. */
export function originToOpen({ host, tls }: Pick<ServerConfig, 'host' | 'tls'>, port: number): string {
  return `${tls === undefined ? 'http' : 'https'}://${bracketed(REACHABLE.get(host) ?? host)}:${port}`;
}

/** Takes the base path off a request's address; proxies that have done it already are fine too. */
export function takeOffBasePath(request: IncomingMessage, basePath: string): void {
  if (request.url?.startsWith(basePath)) request.url = request.url.slice(basePath.length - 1);
}
