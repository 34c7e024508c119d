import { scanJson } from '@unclip-studio/graph-core';
import { type ClientMessage, clientMessage, eventSeq, type ServerMessage } from '@unclip-studio/protocol';
import type { WebSocket, WebSocketServer } from 'ws';

/** Encoded once for all who get it. */
export function encodeMessage(message: ServerMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}

/** @returns `undefined` for what no client may say */
export function parseClientMessage(text: string): ClientMessage | undefined {
  if (scanJson(text) !== undefined) return undefined;
  try {
    const parsed = clientMessage.safeParse(JSON.parse(text));
    // zod types a missing key as undefined, which JSON cannot hold.
    return parsed.success ? (parsed.data as ClientMessage) : undefined;
  } catch {
    return undefined;
  }
}

export function isSeq(value: unknown): value is number {
  return eventSeq.safeParse(value).success;
}

const HEARTBEAT_MS = 30_000;

/**
 * Pings every client of a server and closes those that have not answered by the next ping: a connection whose other
 * side is gone looks idle.
 *
 * @returns stops it
 */
export function startHeartbeat(server: WebSocketServer): () => void {
  const silent = new WeakSet<WebSocket>();
  server.on('connection', (socket) => socket.on('pong', () => silent.delete(socket)));
  const timer = setInterval(() => {
    for (const socket of server.clients) {
      if (silent.has(socket)) socket.terminate();
      silent.add(socket);
      socket.ping();
    }
  }, HEARTBEAT_MS);
  timer.unref();
  return () => clearInterval(timer);
}
