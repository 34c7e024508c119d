import type { ApiClient } from './client.js';
import { ApiError, createHttpClient, requestJson } from './http-client.js';
import { createOfflineClient } from './offline-client.js';

/** Signs in with the token that the server's address carries, and finds out whether there is a server at all. */
export async function openClient(): Promise<ApiClient> {
  await signIn();
  const client = createHttpClient();
  try {
    const definitions = await client.definitions();
    return { ...client, definitions: () => Promise.resolve(definitions) };
  } catch (error) {
    // A page served as mere files: its host answers every address with some text, or with 404. A server that does not
    // answer at all is away, and is asked again.
    if (isMissingServer(error)) return createOfflineClient();
    throw error;
  }
}

/** The token stands in the fragment, which browsers never send; it is exchanged for a cookie and taken out of sight. */
async function signIn(): Promise<void> {
  const params = new URLSearchParams(location.hash.slice(1));
  const token = params.get('t');
  if (token === null) return;
  params.delete('t');
  try {
    await requestJson('/api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
  } catch (error) {
    // A server that was away is asked again, and then needs the token once more.
    if (isWorthRetrying(error)) throw error;
    forgetToken(params);
    throw error;
  }
  forgetToken(params);
}

function forgetToken(rest: URLSearchParams): void {
  const fragment = rest.size === 0 ? '' : `#${rest}`;
  history.replaceState(null, '', `${location.pathname}${location.search}${fragment}`);
}

/** Whether the server may answer otherwise in a moment: it is away, starting, or has too much to do. */
export function isWorthRetrying(error: unknown): boolean {
  if (error instanceof TypeError) return true;
  return error instanceof ApiError && (error.status >= 500 || error.status === 429);
}

function isMissingServer(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  return error instanceof Error && 'status' in error && error.status === 404;
}
