import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Router } from 'express';
import { createComfyRouter } from './comfy-router.js';
import { createComfySockets } from './comfy-sockets.js';
import type { ComfyHost } from './host.js';
import { createPromptRuns } from './prompt-runs.js';

export type * from './host.js';

/** ComfyUI's HTTP and WebSocket endpoints over a server's own queue: its runs are runs like all others. */
export interface ComfyLayer {
  readonly router: Router;
  /** @returns whether the address is ComfyUI's; then it has been answered */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): void;
}

const SOCKET_PATHS: ReadonlySet<string> = new Set(['/ws', '/api/ws']);

export function createComfyLayer(host: ComfyHost): ComfyLayer {
  const prompts = createPromptRuns(host.runs);
  const sockets = createComfySockets(host, prompts);
  return {
    router: createComfyRouter(host, prompts),
    upgrade(request, socket, head) {
      const url = URL.canParse(request.url ?? '', 'http://server')
        ? new URL(request.url ?? '', 'http://server')
        : undefined;
      if (url === undefined || !SOCKET_PATHS.has(url.pathname)) return false;
      try {
        host.admit(request, url.searchParams.get('token'));
        sockets.upgrade(request, socket, head);
      } catch {
        socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      }
      return true;
    },
    close: () => sockets.close(),
  };
}
