import type { ApiClient } from './client.js';
import { createHttpClient, requestJson } from './http-client.js';
import { createOfflineClient } from './offline-client.js';

/** Signs in with the token that the server's address carries, and finds out whether there is a server at all. */
export async function openClient(): Promise<ApiClient> {
  await signIn();
  const client = createHttpClient();
  try {
    const definitions = await client.definitions();
    return { ...client, definitions: () => Promise.resolve(definitions) };
  } catch (error) {
    // A page served as mere files: its host answers every address with some text, or with nothing.
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
  const rest = params.toString();
  history.replaceState(null, '', `${location.pathname}${location.search}${rest === '' ? '' : `#${rest}`}`);
  await requestJson('/api/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
}

function isMissingServer(error: unknown): boolean {
  if (error instanceof SyntaxError || error instanceof TypeError) return true;
  return error instanceof Error && 'status' in error && error.status === 404;
}
