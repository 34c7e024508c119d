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

/** A client for programs. Node has had a built-in WebSocket only since version 22. */
export function createClient(options: StudioClientOptions): StudioClient {
  return createStudioClient(options, (address, token) => {
    const socket = new WebSocket(address, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
    // A refused connection also emits `close`.
    socket.on('error', () => {});
    return socket;
  });
}
