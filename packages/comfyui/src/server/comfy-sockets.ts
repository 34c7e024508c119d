import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { OutputRecord, ServerEvent } from '@unclip-studio/protocol';
import { WebSocket, WebSocketServer } from 'ws';
import {
  COMFY_PREVIEWS_STOP_BYTES,
  MAX_COMFY_BACKLOG_BYTES,
  MAX_COMFY_BACKLOGS_BYTES,
  MAX_COMFY_MESSAGE_BYTES,
  MAX_COMFY_SOCKETS,
} from '../limits.js';
import type { ComfyHost, HostRuns } from './host.js';
import type { PromptRun, PromptRuns } from './prompt-runs.js';
import { createRunMessages } from './run-messages.js';

/** The sockets of ComfyUI's clients: what happens to their prompts, in ComfyUI's messages and order. */
export interface ComfySockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

// ComfyUI's kinds of binary message and of image.
const PREVIEW_IMAGE = 1;
const PREVIEW_IMAGE_WITH_METADATA = 4;
const JPEG = 1;
const PNG = 2;
// The class whose images go through the socket instead of into a file.
const SOCKET_OUTPUT = 'SaveImageWebsocket';

export function createComfySockets(host: ComfyHost, prompts: PromptRuns): ComfySockets {
  const { runs, previews, files, limits } = host;
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_COMFY_MESSAGE_BYTES });
  const sockets = new Map<string, WebSocket>();
  // Those that support previews with a node id.
  const withMetadata = new WeakSet<WebSocket>();
  // Images being sent to a socket, by run; messages about the run wait for them.
  const sending = new Map<string, Promise<void>>();

  /** What a client does not read waits in this process, so a client that reads too little is let go. */
  const put = (socket: WebSocket, bytes: string | Buffer) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    const all = [...sockets.values()].reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0);
    if (
      socket.bufferedAmount > MAX_COMFY_BACKLOG_BYTES ||
      (socket.bufferedAmount > 0 && all > MAX_COMFY_BACKLOGS_BYTES)
    ) {
      // One that does not read does not read a closing message either.
      socket.terminate();
      return;
    }
    socket.send(bytes);
  };
  const send = (socket: WebSocket, type: string, data: object) => put(socket, JSON.stringify({ type, data }));
  const sendAll = (type: string, data: object) => {
    for (const socket of sockets.values()) send(socket, type, data);
  };
  /** Only to the client that queued the prompt. */
  const tell = ({ clientId, promptId }: PromptRun, type: string, data: object) => {
    const socket = clientId === undefined ? undefined : sockets.get(clientId);
    if (socket !== undefined) send(socket, type, { ...data, prompt_id: promptId });
    // Any of them may have interrupted the client.
    else if (clientId === undefined && type === 'execution_interrupted')
      sendAll(type, { ...data, prompt_id: promptId });
  };
  const sendStatus = () => sendAll('status', { status: execInfo(runs) });
  const messages = createRunMessages({ tell, sendStatus });

  function sendPreview(socket: WebSocket, { runId, promptId }: PromptRun, jpeg: Uint8Array): void {
    if (socket.bufferedAmount > COMFY_PREVIEWS_STOP_BYTES) return;
    const node = messages.executing(runId);
    if (node === undefined || !withMetadata.has(socket)) {
      sendImage(socket, JPEG, jpeg);
      return;
    }
    const ids = { node_id: node, display_node_id: node, parent_node_id: null, real_node_id: node, prompt_id: promptId };
    const text = Buffer.from(JSON.stringify({ ...ids, image_type: 'image/jpeg' }));
    const head = Buffer.alloc(8);
    head.writeUInt32BE(PREVIEW_IMAGE_WITH_METADATA, 0);
    head.writeUInt32BE(text.byteLength, 4);
    put(socket, Buffer.concat([head, text, jpeg]));
  }

  function sendImage(socket: WebSocket, kind: number, bytes: Uint8Array): void {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(PREVIEW_IMAGE, 0);
    head.writeUInt32BE(kind, 4);
    put(socket, Buffer.concat([head, bytes]));
  }

  /** Images that a client requests through its socket, each as a PNG. */
  async function sendOutputs(prompt: PromptRun, outputs: readonly OutputRecord[]): Promise<void> {
    for (const { id, node } of outputs) {
      if (prompt.classes.get(prompt.comfyIds.get(node) ?? '') !== SOCKET_OUTPUT) continue;
      const socket = prompt.clientId === undefined ? undefined : sockets.get(prompt.clientId);
      const bytes = socket === undefined ? undefined : await files.readOutput(id);
      if (bytes !== undefined && socket !== undefined) sendImage(socket, PNG, bytes);
    }
  }

  function take(event: ServerEvent): void {
    if (sockets.size === 0) {
      if (event.type === 'run-changed' && event.run.finishedAt !== undefined) messages.forget(event.run.id);
      return;
    }
    if (event.type === 'run-queued') sendStatus();
    const runId = event.type === 'run-changed' ? event.run.id : 'runId' in event ? event.runId : undefined;
    const prompt = runId === undefined ? undefined : prompts.ofRun(runId);
    const before = runId === undefined ? undefined : sending.get(runId);
    if (runId === undefined || before === undefined) tellEvent(event, prompt);
    else
      void sending.set(
        runId,
        before.then(() => tellEvent(event, prompt)),
      );
  }

  function tellEvent(event: ServerEvent, prompt: PromptRun | undefined): void {
    const hasEnded = event.type === 'run-changed' && event.run.finishedAt !== undefined;
    if (hasEnded) sending.delete(event.run.id);
    if (prompt === undefined) {
      if (hasEnded) sendStatus();
      return;
    }
    if (
      event.type === 'outputs-made' &&
      event.outputs.some(({ node }) => prompt.classes.get(prompt.comfyIds.get(node) ?? '') === SOCKET_OUTPUT)
    ) {
      // One that cannot be read is in the history still.
      sending.set(
        event.runId,
        sendOutputs(prompt, event.outputs).catch(() => {}),
      );
    }
    messages.take(event, prompt);
  }

  const unsubscribe = runs.subscribe(take);
  const stopPreviews = previews.subscribe((runId, jpeg) => {
    const prompt = sockets.size > 0 ? prompts.ofRun(runId) : undefined;
    const { clientId, previews: isWanted = previews.isDefault } = prompt ?? {};
    const socket = clientId === undefined ? undefined : sockets.get(clientId);
    if (prompt !== undefined && socket !== undefined && isWanted) sendPreview(socket, prompt, jpeg);
  });
  const stopWatchingSockets = host.watchSockets(server);

  server.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    const asked = new URL(request.url ?? '', 'http://server').searchParams.get('clientId');
    const id = asked === null || asked === '' ? crypto.randomUUID().replaceAll('-', '') : asked.slice(0, 200);
    // The same id again takes the place of the old connection.
    sockets.get(id)?.close();
    sockets.set(id, socket);
    previews.watch(true);
    send(socket, 'status', { status: execInfo(runs), sid: id });
    for (const [runId, node] of messages.allExecuting()) {
      const prompt = prompts.ofRun(runId);
      if (prompt?.clientId === id) tell(prompt, 'executing', { node, display_node: node });
    }
    socket.on('message', (data, isBinary) => {
      const flags = isBinary ? undefined : featureFlagsOf(String(data));
      if (flags === undefined) return;
      if (flags['supports_preview_metadata'] === true) withMetadata.add(socket);
      send(socket, 'feature_flags', serverFeatures(host));
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (sockets.get(id) === socket) sockets.delete(id);
      previews.watch(sockets.size > 0);
    });
  });

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      if (server.clients.size >= MAX_COMFY_SOCKETS) {
        const words = `There are ${MAX_COMFY_SOCKETS} sockets of ComfyUI's clients already, which is the limit. Close some.`;
        socket.end(
          `HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: ${limits.retryAfterSeconds}\r\n` +
            `content-type: text/plain\r\ncontent-length: ${Buffer.byteLength(words)}\r\n\r\n${words}`,
        );
        return;
      }
      server.handleUpgrade(request, socket, head, (webSocket) => server.emit('connection', webSocket, request));
    },
    close() {
      unsubscribe();
      stopPreviews();
      stopWatchingSockets();
      for (const socket of server.clients) socket.close(1001);
      server.close();
    },
  };
}

/** The capabilities that a client announces; `undefined` for a message of another kind. */
function featureFlagsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const message: unknown = JSON.parse(text);
    const { type, data } = (message ?? {}) as { readonly type?: unknown; readonly data?: unknown };
    if (type !== 'feature_flags') return undefined;
    return typeof data === 'object' && data !== null ? (data as Readonly<Record<string, unknown>>) : {};
  } catch {
    return undefined;
  }
}

/** What clients may rely on, in ComfyUI's names. */
export function serverFeatures({ limits }: Pick<ComfyHost, 'limits'>): Readonly<Record<string, unknown>> {
  return { supports_preview_metadata: true, max_upload_size: limits.uploadBytes };
}

/** How many prompts wait or run. */
export function execInfo(runs: Pick<HostRuns, 'unfinishedCount'>): {
  readonly exec_info: { readonly queue_remaining: number };
} {
  return { exec_info: { queue_remaining: runs.unfinishedCount() } };
}
