import { isIP } from 'node:net';
import { HubError, PassingHubError } from './hub-error.js';

/** The hub, as one pull sees it. */
export interface HubClient {
  /**
   * A GET of a path under the endpoint, or of a whole URL that the hub itself named. Redirects are followed; the token
   * goes to the endpoint alone.
   *
   * @returns a response with status 200, 206 or 416
   * @throws HubError for every other status, and when the connection fails
   */
  get(pathOrUrl: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

export interface HubClientOptions {
  /** Such as https://huggingface.co. */
  readonly endpoint: string;
  readonly token?: string;
}

/** @throws HubError if the endpoint is no URL, or would carry the token over an open line */
export function createHubClient({ endpoint, token }: HubClientOptions): HubClient {
  const base = readEndpoint(endpoint);
  if (token !== undefined && base.protocol !== 'https:' && !isLoopbackHost(base.hostname)) {
    throw new HubError(
      `${base.origin} is not encrypted, so the token is not sent there. Use https, or unset HF_TOKEN.`,
    );
  }
  return {
    async get(pathOrUrl, headers = {}) {
      const url = new URL(pathOrUrl, base);
      const authorization =
        token === undefined || url.origin !== base.origin ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch(url, { headers: { ...headers, ...authorization } }).catch((error: unknown) => {
        throw noConnection(base, error);
      });
      if ([200, 206, 416].includes(response.status)) return response;
      await response.body?.cancel();
      throw statusError(response.status, url, token !== undefined);
    },
  };
}

function noConnection({ origin }: URL, error: unknown): HubError {
  // `fetch` says no more than that it failed; the reason is its cause.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new PassingHubError(
    `${origin} cannot be reached: ${why}. Check the connection, or name a mirror in HF_ENDPOINT.`,
    { cause: error },
  );
}

function readEndpoint(endpoint: string): URL {
  const base = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (base?.protocol === 'https:' || base?.protocol === 'http:') return base;
  throw new HubError(`HF_ENDPOINT: expected a URL with http or https, got "${endpoint}".`);
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));
}

function statusError(status: number, { origin, pathname }: URL, hasToken: boolean): HubError {
  const what = `${origin}${pathname} answered ${status}`;
  const login = hasToken
    ? 'The token in HF_TOKEN may not read it; accept the model’s terms on its page first, or use another token.'
    : 'It may need a login: put a token into HF_TOKEN, after accepting the model’s terms on its page.';
  switch (status) {
    case 401:
    case 403:
      return new HubError(`${what}. ${login}`);
    case 404:
      return new HubError(`${what}: there is no such model, revision or file.`);
    case 429:
      return new PassingHubError(`${what}: too many requests. Wait a while and run the command again.`);
    default:
      return new (status >= 500 ? PassingHubError : HubError)(
        `${what}. Run the command again later; what has arrived is kept.`,
      );
  }
}
