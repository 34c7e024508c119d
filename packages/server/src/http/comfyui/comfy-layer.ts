import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Router } from 'express';
import { findOutput } from '../find.js';
import { checkAddress } from '../security/check-request.js';
import type { ServerParts } from '../server-parts.js';
import type { UploadGate } from '../upload-gate.js';
import { admitComfyClient, createComfyRouter } from './comfy-router.js';
import { createComfySockets } from './comfy-sockets.js';
import { createPromptRuns } from './prompt-runs.js';

export interface ComfyLayerOptions {
  readonly parts: ServerParts;
  readonly uploads: UploadGate;
  /** Says whether somebody looks at previews. */
  watch(who: string, watching: boolean): void;
}

/** ComfyUI's HTTP and WebSocket endpoints over this server's own queue: its runs are runs like all others. */
export interface ComfyLayer {
  readonly router: Router;
  /** @returns whether the address is ComfyUI's; then it has been answered */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): void;
}

const PATHS: ReadonlySet<string> = new Set(['/ws', '/api/ws']);

export function createComfyLayer({ parts, uploads, watch }: ComfyLayerOptions): ComfyLayer {
  const { runs, rules } = parts;
  const prompts = createPromptRuns(runs);
  const onWatch = (watching: boolean) => watch('comfyui', watching);
  const sockets = createComfySockets({
    ...{ runs, prompts, onWatch },
    previews: parts.config.comfyuiPreviews ?? true,
    readOutput: (id) => parts.store.blobs.read(findOutput(parts, id).sha256),
  });
  return {
    router: createComfyRouter({ parts, prompts, uploads }),
    upgrade(request, socket, head) {
      const url = URL.canParse(request.url ?? '', 'http://server')
        ? new URL(request.url ?? '', 'http://server')
        : undefined;
      if (url === undefined || !PATHS.has(url.pathname)) return false;
      try {
        checkAddress(rules, request.headers);
        admitComfyClient(parts, request, url.searchParams.get('token'));
        sockets.upgrade(request, socket, head);
      } catch {
        socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      }
      return true;
    },
    close: () => sockets.close(),
  };
}
