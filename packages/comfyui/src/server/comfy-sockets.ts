import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { OutputRecord, RunRecord, ServerEvent } from '@unclip-studio/protocol';
import { WebSocket, WebSocketServer } from 'ws';
import {
  COMFY_PREVIEWS_STOP_BYTES,
  MAX_COMFY_BACKLOG_BYTES,
  MAX_COMFY_BACKLOGS_BYTES,
  MAX_COMFY_MESSAGE_BYTES,
  MAX_COMFY_SOCKETS,
} from '../limits.js';
import { outputsOf } from './history.js';
import type { ComfyHost, HostRuns } from './host.js';
import type { PromptRun, PromptRuns } from './prompt-runs.js';

/** The sockets of ComfyUI's clients: what happens to their prompts, in ComfyUI's messages and order. */
export interface ComfySockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

interface NodeProgress {
  readonly value: number;
  readonly max: number;
  readonly state: 'running' | 'finished';
}

interface Progress {
  readonly node: string;
  readonly step: number;
  readonly steps: number;
}

// ComfyUI's kinds of binary message and of picture.
const PREVIEW_IMAGE = 1;
const PREVIEW_IMAGE_WITH_METADATA = 4;
const JPEG = 1;
const PNG = 2;
// The class whose pictures go through the socket instead of into a file.
const SOCKET_OUTPUT = 'SaveImageWebsocket';

export function createComfySockets(host: ComfyHost, prompts: PromptRuns): ComfySockets {
  const { runs, previews, files, limits } = host;
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_COMFY_MESSAGE_BYTES });
  const sockets = new Map<string, WebSocket>();
  // The node under way of each run, for clients that connect in between.
  const executing = new Map<string, string>();
  const progress = new Map<string, Progress>();
  // Those that can tell whose a preview is.
  const withMetadata = new WeakSet<WebSocket>();
  // Pictures on their way to a socket, by run; what is told of the run waits for them.
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
  /** To the client that queued the prompt, and to nobody else. */
  const tell = ({ clientId, promptId }: PromptRun, type: string, data: object) => {
    const socket = clientId === undefined ? undefined : sockets.get(clientId);
    if (socket !== undefined) send(socket, type, { ...data, prompt_id: promptId });
  };
  const sendStatus = () => sendAll('status', { status: execInfo(runs) });

  function startNode(prompt: PromptRun, node: string): void {
    const id = prompt.comfyIds.get(node);
    if (id === undefined) return;
    executing.set(prompt.runId, id);
    tellState(prompt, id, { value: 0, max: 1, state: 'running' });
    tell(prompt, 'executing', { node: id, display_node: id });
  }

  function tellProgress(prompt: PromptRun, { node: our, step: value, steps: max }: Progress): void {
    progress.set(prompt.runId, { node: our, step: value, steps: max });
    const node = prompt.comfyIds.get(our) ?? our;
    tell(prompt, 'progress', { value, max, node });
    tellState(prompt, node, { value, max, state: 'running' });
  }

  function tellState(prompt: PromptRun, node: string, progressed: NodeProgress): void {
    const ids = { node_id: node, display_node_id: node, real_node_id: node, prompt_id: prompt.promptId };
    // A node of ComfyUI can have any name, "__proto__" too.
    tell(prompt, 'progress_state', { nodes: Object.fromEntries([[node, { ...progressed, ...ids }]]) });
  }

  function sendPreview(socket: WebSocket, { runId, promptId }: PromptRun, jpeg: Uint8Array): void {
    if (socket.bufferedAmount > COMFY_PREVIEWS_STOP_BYTES) return;
    const node = executing.get(runId);
    if (node === undefined || !withMetadata.has(socket)) {
      sendPicture(socket, JPEG, jpeg);
      return;
    }
    const ids = { node_id: node, display_node_id: node, real_node_id: node, parent_node_id: null, prompt_id: promptId };
    const text = Buffer.from(JSON.stringify({ ...ids, image_type: 'image/jpeg' }));
    const head = Buffer.alloc(8);
    head.writeUInt32BE(PREVIEW_IMAGE_WITH_METADATA, 0);
    head.writeUInt32BE(text.byteLength, 4);
    put(socket, Buffer.concat([head, text, jpeg]));
  }

  function sendPicture(socket: WebSocket, kind: number, bytes: Uint8Array): void {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(PREVIEW_IMAGE, 0);
    head.writeUInt32BE(kind, 4);
    put(socket, Buffer.concat([head, bytes]));
  }

  /** Pictures that a client wants through its socket, each as a PNG. */
  async function sendOutputs(prompt: PromptRun, outputs: readonly OutputRecord[]): Promise<void> {
    for (const { id, node } of outputs) {
      if (prompt.classes.get(prompt.comfyIds.get(node) ?? '') !== SOCKET_OUTPUT) continue;
      const socket = prompt.clientId === undefined ? undefined : sockets.get(prompt.clientId);
      const bytes = socket === undefined ? undefined : await files.readOutput(id);
      if (bytes !== undefined && socket !== undefined) sendPicture(socket, PNG, bytes);
    }
  }

  function endRun(run: RunRecord, prompt: PromptRun): void {
    const node = executing.get(run.id);
    executing.delete(run.id);
    progress.delete(run.id);
    const at = { timestamp: Date.now() };
    const where = { node_id: node ?? null, node_type: prompt.classes.get(node ?? '') ?? null, executed: [] };
    if (run.state === 'succeeded') tell(prompt, 'execution_success', at);
    else if (run.state === 'cancelled') tell(prompt, 'execution_interrupted', { ...at, ...where });
    else {
      const message = run.error?.message ?? 'The run failed.';
      const error = { exception_message: message, exception_type: run.error?.code ?? 'failed', traceback: [] };
      tell(prompt, 'execution_error', { ...at, ...where, ...error, current_inputs: {}, current_outputs: [] });
    }
    tell(prompt, 'executing', { node: null, display_node: null });
  }

  function take(event: ServerEvent): void {
    if (sockets.size === 0) return;
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
    if (event.type === 'run-changed' && event.run.finishedAt !== undefined) {
      sending.delete(event.run.id);
      if (prompt !== undefined) endRun(event.run, prompt);
      sendStatus();
    }
    if (prompt === undefined) return;
    const idsOf = (nodes: readonly string[]) => nodes.flatMap((node) => prompt.comfyIds.get(node) ?? []);
    switch (event.type) {
      case 'run-started':
        tell(prompt, 'execution_start', { timestamp: Date.now() });
        tell(prompt, 'execution_cached', { nodes: [], timestamp: Date.now() });
        break;
      case 'nodes-cached':
        tell(prompt, 'execution_cached', { nodes: idsOf(event.nodes), timestamp: Date.now() });
        break;
      case 'nodes-started':
        for (const node of event.nodes) startNode(prompt, node);
        break;
      case 'nodes-finished':
        for (const node of Object.keys(event.durationsMs)) {
          // One that was quick is not told of before.
          if (executing.get(prompt.runId) !== prompt.comfyIds.get(node)) startNode(prompt, node);
          const last = progress.get(prompt.runId);
          // Events of progress are throttled, so the last step may not have been told.
          if (last?.node === node && last.step < last.steps) tellProgress(prompt, { ...last, step: last.steps });
          const id = prompt.comfyIds.get(node);
          const steps = last?.node === node ? last.steps : 1;
          if (id !== undefined) tellState(prompt, id, { value: steps, max: steps, state: 'finished' });
        }
        break;
      case 'node-progress':
        tellProgress(prompt, event);
        break;
      case 'outputs-made':
        if (event.outputs.some(({ node }) => prompt.classes.get(prompt.comfyIds.get(node) ?? '') === SOCKET_OUTPUT)) {
          // One that cannot be read is in the history still.
          sending.set(
            event.runId,
            sendOutputs(prompt, event.outputs).catch(() => {}),
          );
        }
        for (const [node, output] of Object.entries(outputsOf(event, prompt))) {
          tell(prompt, 'executed', { node, display_node: node, output });
        }
        break;
    }
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
    for (const [runId, node] of executing) {
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

/** What a client says that it can do; `undefined` for a message of another kind. */
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
