import { WebSocket } from 'ws';
import { createStudioClient, type StudioClient, type StudioClientOptions } from './studio-client.js';

export type {
  OutputRecord,
  RunDetail,
  RunRecord,
  RunWarning,
  ServerEvent,
  ServerSnapshot,
} from '@unclip-studio/protocol';
export type { Connection } from './event-socket.js';
export { ApiError } from './server-client.js';
export type { EventListeners, StartRunRequest, StudioClient, StudioClientOptions } from './studio-client.js';

/** Asks a server from a program. Node has had a WebSocket of its own only since version 22. */
export function createClient(options: StudioClientOptions): StudioClient {
  return createStudioClient(options, (address, token) => {
    const socket = new WebSocket(address, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
    // A connection that is refused is told by `close` as well.
    socket.on('error', () => {});
    return socket;
  });
}
