import { ApiError, type ServerClient } from '@unclip-studio/client';
import type { ApiClient, Definitions } from './client.js';
import { createHttpClient } from './http-client.js';
import { createOfflineClient } from './offline-client.js';
import { signInFromAddress } from './sign-in.js';

/** Signs in with the token that the server's address carries, and finds out whether there is a server at all. */
export async function openClient(server: ServerClient): Promise<ApiClient> {
  await signInFromAddress(server);
  const client = createHttpClient(server);
  try {
    let first: Definitions | undefined = await client.definitions();
    return {
      ...client,
      // Requested already; later ones may differ.
      async definitions() {
        const definitions = first ?? (await client.definitions());
        first = undefined;
        return definitions;
      },
    };
  } catch (error) {
    // A page on a static host, which answers every address with some text, or with 404. A server that does not answer
    // at all is down, and is tried again.
    if (isMissingServer(error)) return createOfflineClient(server);
    throw error;
  }
}

function isMissingServer(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 'not-understood' || error.status === 404);
}
