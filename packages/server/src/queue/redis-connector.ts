import { createConnection } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';

/**
 * Opens the connections of a Redis client, like ioredis' own connector for one host.
 *
 * ioredis 6.0 listens only to the first error of a connection. A TLS connection can report two (its own about a
 * certificate, then the alert of the other side), and the second ended the process.
 *
 * @see ioredis 6.0.0, built/Redis.js, connect(): `stream.once("error", ...)`
 */
export class RedisConnector extends AbstractConnector {
  readonly #options: RedisOptions;

  /** @param options of the client, as ioredis passes them */
  constructor(options: unknown) {
    // ioredis constructs it with its own options.
    const given = options as RedisOptions;
    super(given.disconnectTimeout ?? 2_000);
    this.#options = given;
  }

  async connect(): ReturnType<AbstractConnector['connect']> {
    const { host = 'localhost', port = 6379, family, tls } = this.#options;
    const where = { host, port, ...(family === undefined ? {} : { family }) };
    const stream =
      tls === undefined ? createConnection(where) : connectTls({ ...where, ...(tls as ConnectionOptions) });
    stream.on('error', (error) => {
      this.firstError ??= error;
    });
    this.connecting = true;
    this.stream = stream;
    return stream;
  }
}
