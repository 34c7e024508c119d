import type {
  ApiPaths,
  OutputRecord,
  RunDetail,
  RunRecord,
  ServerEvent,
  ServerSnapshot,
} from '@unclip-studio/protocol';
import type { PreviewMessage } from '@unclip-studio/protocol/preview-frame';
import { type Connection, EventSocket, type SocketLike } from './event-socket.js';
import { ApiError, createServerClient, dataOf, fileRequest, type ServerClient } from './server-client.js';

export interface StudioClientOptions {
  /** Where the server is, such as `http://127.0.0.1:8420`, with its base path if it has one. */
  readonly address: string;
  /** Left out in a page that the server itself has sent, and that has signed in. */
  readonly token?: string;
}

/** What `POST /api/runs` takes: a workflow, the name of a saved one or of a template, with inputs and params to set. */
export type StartRunRequest = ApiPaths['/api/runs']['post']['requestBody']['content']['application/json'];

export interface EventListeners {
  onEvents?(events: readonly ServerEvent[]): void;
  /** The complete state: earlier data may be out of date. */
  onSnapshot?(snapshot: ServerSnapshot): void;
  /** Small images of what samplers have made so far; none are sent without this. */
  onPreview?(preview: PreviewMessage): void;
  onConnection?(connection: Connection): void;
}

/** Asks one server, over HTTP and over its WebSocket. */
export interface StudioClient {
  /** Every operation of the API, with its types: `api.GET('/api/runs/{run}', { params: { path: { run } } })`. */
  readonly api: ServerClient;
  /** @throws ApiError if the server refuses */
  start(request: StartRunRequest): Promise<RunRecord>;
  /**
   * The run once it has ended, whatever its final state. If the server is away meanwhile, this waits for it.
   *
   * @throws ApiError if there is no such run
   */
  ended(run: string, signal?: AbortSignal): Promise<RunDetail>;
  /** The bytes of an image that a run made. */
  readOutput(output: Pick<OutputRecord, 'id' | 'sha256'>): Promise<Uint8Array>;
  /** Uploads a PNG, JPEG or WebP. @returns the name by which params mean it: its sha256 */
  uploadImage(image: Blob): Promise<string>;
  /** Follows events until it is closed; resumes after a disconnect. */
  listen(listeners: EventListeners): { close(): void };
}

const NOT_SIGNED_IN = { code: 'not-signed-in', status: 401 } as const;

type Connect = (address: string, token: string | undefined) => SocketLike;

/** @param connect opens a WebSocket with the token */
export function createStudioClient({ address, token }: StudioClientOptions, connect: Connect): StudioClient {
  const base = address.replace(/\/+$/, '');
  const api = createServerClient({ baseUrl: base, ...(token && { headers: { authorization: `Bearer ${token}` } }) });
  const isSignedOut = async () => (await api.GET('/api/queue')).response.status === 401;

  function listen({ onEvents, onSnapshot, onPreview, onConnection }: EventListeners) {
    const socket = new EventSocket({
      connect: () => connect(`${base.replace(/^http/, 'ws')}/api/events`, token),
      onEvents: (events) => onEvents?.(events),
      onSnapshot: (snapshot) => onSnapshot?.(snapshot),
      onPreview: (preview) => onPreview?.(preview),
      onConnection: (connection) => onConnection?.(connection),
      isSignedOut,
    });
    if (onPreview !== undefined) socket.watchPreviews(true);
    return { close: () => socket.close() };
  }

  const read = (run: string) => dataOf(api.GET('/api/runs/{run}', { params: { path: { run } } }));

  async function ended(id: string, signal?: AbortSignal): Promise<RunDetail> {
    const now = await read(id);
    if (isOver(now)) return now;
    let socket: { close(): void } | undefined;
    let stop: (() => void) | undefined;
    try {
      return await new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        stop = () => reject(signal?.reason);
        signal?.addEventListener('abort', stop);
        const look = () => void read(id).then((run) => isOver(run) && resolve(run), reject);
        socket = listen({
          // The run may have ended before the stream began.
          onSnapshot: look,
          onEvents: (events) => events.some((event) => isEndOf(id, event)) && look(),
          onConnection: ({ phase }) =>
            phase === 'signed-out' && reject(new ApiError('The token is not right.', NOT_SIGNED_IN)),
        });
      });
    } finally {
      socket?.close();
      if (stop !== undefined) signal?.removeEventListener('abort', stop);
    }
  }

  return {
    api,
    listen,
    ended,
    start: (body) => dataOf(api.POST('/api/runs', { body })),
    async readOutput({ id: output, sha256 }) {
      const params = { path: { output }, query: { sha256 } };
      const bytes = await dataOf(api.GET('/api/outputs/{output}', { params, parseAs: 'arrayBuffer' }));
      return new Uint8Array(bytes as ArrayBuffer);
    },
    uploadImage: async (file) => (await dataOf(api.POST('/api/images', fileRequest(file)))).sha256,
  };
}

function isEndOf(id: string, event: ServerEvent): boolean {
  return event.type === 'run-changed' && event.run.id === id && isOver(event.run);
}

function isOver({ state }: Pick<RunRecord, 'state'>): boolean {
  return state !== 'queued' && state !== 'running';
}
