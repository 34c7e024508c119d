import type { ApiClient } from './client.js';
import { createHttpClient } from './http-client.js';
import { createOfflineClient } from './offline-client.js';
import { signInFromAddress } from './sign-in.js';

/** Signs in with the token that the server's address carries, and finds out whether there is a server at all. */
export async function openClient(): Promise<ApiClient> {
  await signInFromAddress();
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

function isMissingServer(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  return error instanceof Error && 'status' in error && error.status === 404;
}
