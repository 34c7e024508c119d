import { isIP } from 'node:net';
import { type ReasonOf, withReason } from '@unclip-studio/graph-core';
import { MAX_HUB_LIST_BYTES } from '../limits.js';
import { FetchFailedError, FetchRefusedError, fetchForUser } from '../net/fetch-for-user.js';
import { HubError, MissingAtHubError, PassingHubError } from './hub-error.js';

/** The hub, as one pull sees it. */
export interface HubClient {
  /**
   * A GET of a path under the endpoint, or of a whole URL that the hub itself returned. Redirects are followed; the
   * token is sent only to the endpoint.
   *
   * @param options `maxBytes`: a larger answer is cut off; that of a list of files when left out
   * @returns a response with status 200, 206 or 416
   * @throws HubError for every other status, and when the connection fails
   */
  get(pathOrUrl: string, options?: HubRequest): Promise<Response>;
}

export interface HubRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HubClientOptions {
  /** Such as https://huggingface.co. */
  readonly endpoint: string;
  readonly token?: string;
  /** Hosts on this machine or its network that may be accessed; see {@link fetchForUser}. */
  readonly allowedHosts: readonly string[];
}

// The largest checkpoints take hours on a slow line; each try of a file has this long.
const MAX_REQUEST_MS = 12 * 3_600_000;

/** @throws HubError if the endpoint is not a URL, or would send the token unencrypted */
export function createHubClient({ endpoint, token, allowedHosts }: HubClientOptions): HubClient {
  const base = readEndpoint(endpoint);
  if (token !== undefined && base.protocol !== 'https:' && !isLoopbackHost(base.hostname)) {
    throw withReason(
      new HubError(`${base.origin} is not encrypted, so the token is not sent there. Use https, or unset HF_TOKEN.`),
      { code: 'hub', fault: 'address', at: base.origin },
    );
  }
  return {
    async get(pathOrUrl, { headers = {}, maxBytes = MAX_HUB_LIST_BYTES, signal } = {}) {
      const url = new URL(pathOrUrl, base);
      const sendsToken = token !== undefined && url.origin === base.origin;
      const response = await fetchForUser(url, {
        ...{ headers, maxBytes, allowedHosts, signal, totalTimeoutMs: MAX_REQUEST_MS },
        ...(sendsToken ? { authorization: `Bearer ${token}` } : {}),
      }).catch((error: unknown) => {
        throw toHubError(error);
      });
      if ([200, 206, 416].includes(response.status)) return response;
      await response.body?.cancel();
      throw statusError(response.status, url, token !== undefined);
    },
  };
}

/** The same with a message for a pull; any other error stays unchanged. */
export function toHubError(error: unknown): unknown {
  if (error instanceof FetchRefusedError) return new HubError(error.message, { cause: error });
  if (!(error instanceof FetchFailedError)) return error;
  return new PassingHubError(`${error.message} Check the connection, or name a mirror in HF_ENDPOINT.`, {
    cause: error,
  });
}

function readEndpoint(endpoint: string): URL {
  const base = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (base?.protocol === 'https:' || base?.protocol === 'http:') return base;
  throw withReason(new HubError(`HF_ENDPOINT: expected a URL with http or https, got "${endpoint}".`), {
    code: 'hub',
    fault: 'address',
    at: endpoint,
  });
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));
}

export function statusError(status: number, { origin, pathname }: URL, hasToken: boolean): HubError {
  const what = `${origin}${pathname} answered ${status}`;
  const login = hasToken
    ? 'The token in HF_TOKEN may not read it; accept the model’s terms on its page first, or use another token.'
    : 'It may need a login: put a token into HF_TOKEN, after accepting the model’s terms on its page.';
  const because = (fault: ReasonOf<'hub'>['fault']) => ({ code: 'hub', fault, at: origin + pathname }) as const;
  switch (status) {
    case 401:
    case 403:
      return withReason(new MissingAtHubError(`${what}. ${login}`), because('login'));
    case 404:
    case 410:
      return withReason(
        new MissingAtHubError(`${what}: there is no such model, revision or file.`),
        because('not-found'),
      );
    case 429:
      return withReason(
        new PassingHubError(`${what}: too many requests. Wait a while and try again.`),
        because('busy'),
      );
    default:
      return withReason(
        new (status >= 500 ? PassingHubError : HubError)(`${what}. Try again later; what has arrived is kept.`),
        because('refused'),
      );
  }
}
