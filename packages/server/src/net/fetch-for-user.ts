import { lookup as lookUp } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Readable, Transform } from 'node:stream';
import { withReason } from '@unclip-studio/graph-core';
import { MAX_REDIRECTS } from '../limits.js';
import { isPublicAddress } from './public-address.js';

/** This program rejects the request, regardless of the server; retrying does not help. */
export class FetchRefusedError extends Error {
  override readonly name = 'FetchRefusedError';
}

/** The other side cannot be reached, broke off or took too long; another try may help. */
export class FetchFailedError extends Error {
  override readonly name = 'FetchFailedError';
}

export interface UserFetchOptions {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** `Authorization` for the origin of the first URL; no other origin ever gets it. */
  readonly authorization?: string;
  /** Hosts that may be on this machine or its network, as `--allow-fetch` names them: `HOST` or `HOST:PORT`. */
  readonly allowedHosts: readonly string[];
  /** `false`: an answer that sends elsewhere is the answer; it is followed when left out. */
  readonly mayRedirect?: boolean;
  /** A larger answer is cut off with an error. */
  readonly maxBytes: number;
  /** From the start to the last byte. */
  readonly totalTimeoutMs: number;
  /** Without a byte in between; also until the answer begins. */
  readonly idleTimeoutMs?: number;
  /** Ends the request, and the body that is on its way. */
  readonly signal?: AbortSignal | undefined;
}

const IDLE_TIMEOUT_MS = 60_000;

/**
 * The only function for requests to an address that a user named. Only http and https; a name is resolved once, and the
 * connection goes to the checked address, at each redirect again; no address of this machine, its network or a cloud's
 * metadata service, unless its host is allowed; limited in size and time; credentials for one origin.
 *
 * @returns the answer, regardless of its status; its body throws FetchFailedError when it breaks off or is too large
 * @throws FetchRefusedError, FetchFailedError
 */
export async function fetchForUser(address: string | URL, options: UserFetchOptions): Promise<Response> {
  const deadline = AbortSignal.timeout(options.totalTimeoutMs);
  const first = readUrl(address);
  let url = first;
  for (let redirects = 0; ; redirects++) {
    const message = await ask(url, { ...options, isFirstOrigin: url.origin === first.origin, deadline });
    const isRedirect = options.mayRedirect !== false && REDIRECTS.has(message.statusCode ?? 0);
    const location = isRedirect ? message.headers.location : undefined;
    if (location === undefined) return toResponse(message, url, options);
    message.destroy();
    if (redirects === MAX_REDIRECTS)
      throw withReason(new FetchRefusedError(`${first.href} redirects more than ${MAX_REDIRECTS} times.`), {
        code: 'fetch',
        fault: 'redirects',
        address: first.href,
      });
    if ((options.method ?? 'GET') !== 'GET')
      throw withReason(new FetchRefusedError(`${url.href} redirects, which a POST does not follow.`), {
        code: 'fetch',
        fault: 'redirects',
        address: url.href,
      });
    url = readUrl(URL.canParse(location, url.href) ? new URL(location, url) : location);
  }
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** @throws FetchRefusedError unless it is http or https, without a name and password */
function readUrl(address: string | URL): URL {
  const url = URL.canParse(String(address)) ? new URL(String(address)) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw withReason(
      new FetchRefusedError(`"${String(address).slice(0, 200)}": expected an address with http:// or https://.`),
      { code: 'fetch', fault: 'address', address: String(address).slice(0, 200) },
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw withReason(
      new FetchRefusedError(`${url.host}: addresses with a user name or password in them are not fetched.`),
      { code: 'fetch', fault: 'password', address: url.host },
    );
  }
  return url;
}

interface Question extends UserFetchOptions {
  readonly isFirstOrigin: boolean;
  readonly deadline: AbortSignal;
}

function ask(url: URL, options: Question): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, body, authorization, isFirstOrigin, deadline } = options;
  const { idleTimeoutMs = IDLE_TIMEOUT_MS, allowedHosts } = options;
  const mayBePrivate = isAllowed(url, allowedHosts);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // Of an address no name is looked up, so it is checked here.
  if (!mayBePrivate && isIP(host) !== 0 && !isPublicAddress(host)) throw privateAddress(url, host);
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method,
      headers: { ...headers, ...(authorization !== undefined && isFirstOrigin ? { authorization } : {}) },
      // No connection of an earlier request, so that this one's address is looked up and checked.
      agent: false,
      signal: options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]),
      timeout: idleTimeoutMs,
      lookup: mayBePrivate ? lookUp : lookUpPublic(url),
    });
    request.on('response', resolve);
    request.on('timeout', () => request.destroy(new Error(`no answer for ${idleTimeoutMs / 1000} s`)));
    request.on('error', (error) => reject(toFetchError(error, url, deadline)));
    request.end(body);
  });
}

function isAllowed({ host, hostname }: URL, allowedHosts: readonly string[]): boolean {
  return allowedHosts.some((allowed) => [host, hostname].includes(allowed.toLowerCase()));
}

/** `dns.lookup` which fails where any of a name's addresses is not public. */
function lookUpPublic(url: URL): LookupFunction {
  return (name, options, callback) => {
    lookUp(name, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const other = addresses.find(({ address }) => !isPublicAddress(address));
      if (other !== undefined) return callback(privateAddress(url, other.address), '', 0);
      const [first] = addresses;
      if (options.all) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family ?? 0);
    });
  };
}

function privateAddress({ host, hostname }: URL, address: string): FetchRefusedError {
  const leads = hostname.includes(address) ? 'is' : `leads to ${address},`;
  return withReason(
    new FetchRefusedError(
      `${host} ${leads} an address of this machine or its network, which is not fetched from. ` +
        `If it is meant, allow it with --allow-fetch ${host}.`,
    ),
    { code: 'fetch', fault: 'private', address: host },
  );
}

function toFetchError(error: Error, url: URL, deadline: AbortSignal): Error {
  if (error instanceof FetchRefusedError) return error;
  if (error.name === 'AbortError' && !deadline.aborted) return error;
  if (deadline.aborted)
    return withReason(new FetchFailedError(`${url.host} took too long.`, { cause: error }), {
      code: 'fetch',
      fault: 'connection-lost',
      address: url.host,
    });
  // Each of several addresses has failed for its own reason.
  const reasons = error instanceof AggregateError ? error.errors.map(String).join('; ') : error.message;
  return withReason(new FetchFailedError(`${url.origin} cannot be reached: ${reasons}.`, { cause: error }), {
    code: 'fetch',
    fault: 'connection-lost',
    address: url.origin,
  });
}

function toResponse(message: IncomingMessage, url: URL, { maxBytes }: UserFetchOptions): Response {
  const { statusCode = 0, headers } = message;
  const pairs = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  );
  const isEmpty = statusCode === 204 || statusCode === 205 || statusCode === 304;
  if (isEmpty) message.resume();
  const body = isEmpty ? null : (Readable.toWeb(bounded(message, url, maxBytes)) as ReadableStream<Uint8Array>);
  return new Response(body, { status: statusCode, headers: pairs });
}

/** The body as it comes, up to the limit. */
function bounded(message: IncomingMessage, { host }: URL, maxBytes: number): Readable {
  let doneBytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _, done) {
      doneBytes += chunk.length;
      if (doneBytes <= maxBytes) done(null, chunk);
      else
        done(
          withReason(new FetchFailedError(`${host} sent more than the ${maxBytes} bytes that are allowed.`), {
            code: 'fetch',
            fault: 'too-large',
            address: host,
          }),
        );
    },
  });
  message.on('error', (error) =>
    limit.destroy(
      withReason(new FetchFailedError(`${host}: ${error.message}.`, { cause: error }), {
        code: 'fetch',
        fault: 'connection-lost',
        address: host,
      }),
    ),
  );
  message.on('aborted', () =>
    limit.destroy(
      withReason(new FetchFailedError(`${host} broke the connection off.`), {
        code: 'fetch',
        fault: 'connection-lost',
        address: host,
      }),
    ),
  );
  limit.on('close', () => message.destroy());
  return message.pipe(limit);
}
