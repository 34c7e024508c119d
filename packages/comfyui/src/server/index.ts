import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Router } from 'express';
import { createComfyRouter } from './comfy-router.js';
import { PAGE_PATH } from './comfy-routes.js';
import { createComfySockets } from './comfy-sockets.js';
import type { ComfyHost } from './host.js';
import { createPromptRuns } from './prompt-runs.js';

export type * from './host.js';

/** ComfyUI's HTTP and WebSocket endpoints over a server's own queue: its runs are runs like all others. */
export interface ComfyLayer {
  /** Where the files of ComfyUI's page belong; all that the page asks for begins with it. */
  readonly pagePath: string;
  readonly router: Router;
  /** @returns whether the address is ComfyUI's; then it has been answered */
  /**
   * Whether clients may connect from the origin of this request, so that unknown addresses and forbidden ones are
   * distinguished.
   */
  admits(request: IncomingMessage): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): void;
}

const SOCKET_PATHS: readonly string[] = ['/ws', '/api/ws'];

export function createComfyLayer(host: ComfyHost): ComfyLayer {
  const prompts = createPromptRuns(host.runs);
  const sockets = createComfySockets(host, prompts);
  const below = host.hasPage ? SOCKET_PATHS.map((path) => PAGE_PATH + path) : [];
  const socketPaths = new Set([...SOCKET_PATHS, ...below]);
  return {
    pagePath: PAGE_PATH,
    admits(request) {
      try {
        host.admit(request, tokenOf(request));
        return true;
      } catch {
        return false;
      }
    },
    router: createComfyRouter(host, prompts),
    upgrade(request, socket, head) {
      if (!socketPaths.has(urlOf(request)?.pathname ?? '')) return false;
      try {
        host.admit(request, tokenOf(request));
        sockets.upgrade(request, socket, head);
      } catch {
        socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      }
      return true;
    },
    close: () => sockets.close(),
  };
}

function urlOf({ url = '' }: IncomingMessage): URL | undefined {
  return URL.canParse(url, 'http://server') ? new URL(url, 'http://server') : undefined;
}

function tokenOf(request: IncomingMessage): string | null {
  return urlOf(request)?.searchParams.get('token') ?? null;
}
