import { createStudioClient, type StudioClient, type StudioClientOptions } from './studio-client.js';

export { ApiError } from './server-client.js';

/**
 * Asks a server from a page. Browsers send no token with a WebSocket, so events come only to pages that the server knows by
 * its cookie.
 */
export function createClient(options: StudioClientOptions): StudioClient {
  return createStudioClient(options, (address) => new WebSocket(address));
}
