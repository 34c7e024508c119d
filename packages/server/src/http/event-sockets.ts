import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { EventHub } from '../events/event-hub.js';
import { isSeq, startHeartbeat } from '../events/sockets.js';
import { MAX_CLIENT_MESSAGE_BYTES } from '../limits.js';
import { Problem } from './problem.js';
import { type AccessRules, checkAddress, checkToken } from './security/check-request.js';
import { readSessionCookie } from './security/session-cookie.js';
import { toProblem } from './to-problem.js';

const EVENTS_PATH = '/api/events';

// The code for what the server's rules forbid.
const SIGNED_OUT = 1008;

export interface EventSockets {
  /** Answers a WebSocket upgrade; the access checks are those of every route. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

export function createEventSockets(options: {
  readonly rules: AccessRules;
  readonly hub: EventHub;
  readonly maxClients: number;
}): EventSockets {
  const { rules, hub, maxClients } = options;
  const server = new WebSocketServer({
    noServer: true,
    // Previews are compressed already, and deflate costs memory for each client.
    perMessageDeflate: false,
    maxPayload: MAX_CLIENT_MESSAGE_BYTES,
  });
  const bySession = new Map<WebSocket, string>();
  const stopListening = rules.sessions.onEnded((ended) => {
    for (const [socket, session] of bySession) if (session === ended) socket.close(SIGNED_OUT, 'signed out');
  });

  server.on('connection', (socket, request: IncomingMessage) => {
    const client = hub.connect(socket, askedSeq(request));
    socket.on('message', (data, isBinary) => client.receive(toBuffer(data), isBinary));
    socket.on('ping', () => client.receivePing());
    const session = readSessionCookie(request.headers.cookie, rules.port);
    if (session !== undefined) bySession.set(socket, session);
    socket.on('close', () => {
      bySession.delete(socket);
      hub.disconnect(client);
    });
    // A torn connection or a frame that is none: the library closes it, with 1009 if it was too large.
    socket.on('error', () => {});
  });
  const stopHeartbeat = startHeartbeat(server);

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      try {
        checkUpgrade(request, rules);
        if (hub.clientCount >= maxClients)
          throw new Problem('unavailable', 'Too many clients listen already.', { because: { code: 'server-busy' } });
        server.handleUpgrade(request, socket, head, (webSocket) => server.emit('connection', webSocket, request));
      } catch (error) {
        refuse(socket, toProblem(error));
      }
    },
    close() {
      stopHeartbeat();
      stopListening();
      server.close();
    },
  };
}

function checkUpgrade(request: IncomingMessage, rules: AccessRules): void {
  checkAddress(rules, request.headers);
  // A listener gets all data, so this counts as a write: a cookie needs an Origin with it.
  checkToken(rules, request.headers, true);
  if (addressOf(request)?.pathname !== EVENTS_PATH) throw new Problem('not-found', 'Events are at /api/events.');
}

function askedSeq(request: IncomingMessage): number | undefined {
  const since = addressOf(request)?.searchParams.get('since') ?? undefined;
  const seq = since === undefined || since === '' ? undefined : Number(since);
  return isSeq(seq) ? seq : undefined;
}

function addressOf(request: IncomingMessage): URL | undefined {
  return URL.canParse(request.url ?? '', 'http://server') ? new URL(request.url ?? '', 'http://server') : undefined;
}

function refuse(socket: Duplex, problem: Problem): void {
  const body = JSON.stringify(problem.toBody());
  const headers = {
    connection: 'close',
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    ...problem.facts.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join('')}\r\n${body}`);
}

function toBuffer(data: Buffer | ArrayBuffer | readonly Buffer[]): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return data instanceof ArrayBuffer ? Buffer.from(data) : Buffer.concat(data);
}
