import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type {
  ComfyHost,
  ComfyLayer,
  HostFiles,
  HostPreviews,
  HostRuns,
  HostUserFiles,
} from '@unclip-studio/comfyui/server';
import type { EventBus } from '../events/event-bus.js';
import { startHeartbeat } from '../events/sockets.js';
import { RETRY_AFTER_SECONDS } from '../limits.js';
import { WorkflowProblems } from '../runs/run-errors.js';
import { hasImageFile } from '../services/image-store.js';
import { BUNDLED_IMAGES_FOLDER, programVersion } from '../services/program.js';
import { findOutput } from './find.js';
import { isOwnRoute } from './routes/index.js';
import { isClosedToOthers, isLoopback, isLoopbackHost } from './security/allow-lists.js';
import { checkAddress, checkToken } from './security/check-request.js';
import { sendReply } from './send-reply.js';
import type { ServerParts } from './server-parts.js';
import { storeImage, toLabel } from './store-image.js';
import { fileReply, readBlob, viewReply } from './stored-file-reply.js';
import type { UploadGate } from './upload-gate.js';

/**
 * ComfyUI's endpoints on this server. Loaded only here, because most servers do not need them.
 *
 * @param watch says whether a client watches previews
 */
export async function createComfyLayer(
  parts: ServerParts,
  uploads: UploadGate,
  watch: (isWatched: boolean) => void,
): Promise<ComfyLayer> {
  const { createComfyLayer: create } = await import('@unclip-studio/comfyui/server');
  const { config, runs, events, models, imports } = parts;
  const ownCheckpoints = async () => (await models.list()).map(({ name }) => name);
  const ofKind = async (kind: string) => (await models.list(kind)).map(({ name }) => name);
  const host: ComfyHost = {
    version: `unclip-studio ${programVersion()}`,
    get catalog() {
      return parts.catalog;
    },
    limits: { uploadBytes: config.limits.uploadBytes, retryAfterSeconds: RETRY_AFTER_SECONDS },
    runs: hostRuns(parts),
    userFiles: hostUserFiles(parts),
    hasPage: config.comfyuiPageFolder !== undefined,
    isOwnRoute,
    modelFolders: () => ({ checkpoints: config.machine.modelFolders }),
    previews: hostPreviews(events, config.comfyuiPreviews ?? true, watch),
    files: hostFiles(parts, uploads),
    checkpoints: {
      own: ownCheckpoints,
      ofKind,
      // Workers on other machines only report their checkpoints.
      allOfKind: async (kind) => (config.queue === undefined ? new Set(await ofKind(kind)) : undefined),
      async all() {
        const workers = runs.workers();
        if (config.queue !== undefined && workers.length === 0) return undefined;
        const others = workers.flatMap(({ checkpoints = [] }) => checkpoints.map(({ name }) => name));
        return new Set([...(await ownCheckpoints()), ...others]);
      },
    },
    readPrompt: (text) => imports.readPrompt(text, config.limits.nodes),
    admit: (request, token) => admitComfyClient(parts, request, token),
    watchSockets: startHeartbeat,
  };
  return create(host);
}

function hostRuns({ runs, events, store }: Pick<ServerParts, 'runs' | 'events' | 'store'>): HostRuns {
  return {
    list: (request) => runs.list(request),
    readWorkflow: (runId) => runs.readWorkflow(runId),
    readNodes: (runId) => store.runs.readNodes(runId),
    cancel: (runId) => void runs.cancel(runId),
    moveToFront(runId) {
      if (runs.read(runId).state === 'queued') runs.moveToFront(runId);
    },
    freeMemory: (results) => runs.freeMemory(results),
    unfinishedCount: () =>
      store.runs.countQueued() + store.runs.running().filter(({ partOf }) => partOf === null).length,
    subscribe: (listener) => events.subscribe(listener),
    async submit(request) {
      await runs.prepare(request.workflow, request.targets);
      try {
        return { isQueued: true, runId: runs.enqueue(request).id };
      } catch (error) {
        if (!(error instanceof WorkflowProblems)) throw error;
        return { isQueued: false, diagnostics: error.diagnostics };
      }
    },
  };
}

function hostUserFiles({ store, nowMs }: Pick<ServerParts, 'store' | 'nowMs'>): HostUserFiles {
  const { userFiles } = store;
  return { ...userFiles, write: (path, bytes) => userFiles.write(path, bytes, nowMs()) };
}

function hostPreviews(events: EventBus, isDefault: boolean, watch: (isWatched: boolean) => void): HostPreviews {
  return {
    isDefault,
    watch,
    subscribe: (onJpeg) => events.onPreview(({ runId, bytes }) => onJpeg(runId, bytes)),
  };
}

function hostFiles(parts: ServerParts, uploads: UploadGate): HostFiles {
  const { blobs, images, outputs } = parts.store;
  return {
    imagePaths: (limit) => images.listPaths(limit),
    findPath: (path) => images.findByPath(path),
    findImage: (name) => images.findByName(name)?.sha256,
    findOutput: (id) => outputs.read(id)?.sha256,
    // As a worker finds them.
    hasImage: async (name) =>
      /^[0-9a-f]{64}$/.test(name) ? blobs.has(name) : hasImageFile(name, [BUNDLED_IMAGES_FOLDER]),
    async receiveImage(request, response) {
      const discard = () => uploads.discard(request);
      const upload = await uploads.receive(request, response, 'image').catch(async (error: unknown) => {
        await discard();
        throw error;
      });
      const fileName = toLabel(upload.label);
      return {
        ...{ fileName, discard },
        async keep(choose, maskOf) {
          return parts.images.inTurn(async () => {
            const sent = await readFile(upload.path);
            const original = maskOf && (await readBlob(blobs, { sha256: maskOf.sha256, foreign: true }));
            const bytes = original === undefined ? sent : await parts.images.applyMask(original, sent);
            let chosen: ReturnType<typeof choose> | undefined;
            const { sha256 } = await storeImage(bytes, fileName, parts, (id) => {
              chosen = choose(id);
              return chosen;
            });
            if (chosen === undefined) throw new Error('Internal error: an image was stored without a name');
            return { sha256, chosen };
          });
        },
      };
    },
    async sendImage(request, response, { sha256, view }) {
      const image = images.read(sha256);
      if (image === undefined) return false;
      const { mediaType } = image;
      const reply = view
        ? viewReply(parts, { sha256, view, foreign: true })
        : fileReply(blobs, { sha256, mediaType, foreign: true });
      await sendReply(request, response, await reply);
      return true;
    },
    async sendOutput(request, response, { id, view }) {
      const { sha256, mediaType } = findOutput(parts, id);
      const reply = view
        ? viewReply(parts, { sha256, view, foreign: false })
        : fileReply(blobs, { sha256, mediaType, foreign: false });
      await sendReply(request, response, await reply);
    },
    readOutput: (id) => blobs.read(findOutput(parts, id).sha256),
  };
}

/**
 * Such clients send no token. Programs of this machine need none where the server listens to it only and no option lets
 * others in, and pages of other origins are kept out as everywhere; elsewhere they send it as `Authorization: Bearer` or
 * as `?token=`.
 *
 * @throws Problem 421 or 403 for the address, 401 without the token
 */
function admitComfyClient(
  { rules, config }: Pick<ServerParts, 'rules' | 'config'>,
  request: IncomingMessage,
  token: unknown,
): void {
  checkAddress(rules, request.headers);
  if (isClosedToOthers(config) && comesFromThisMachine(request)) return;
  if (typeof token === 'string' && rules.token.matches(token)) return;
  // Browsers request a page's own files and images without an Origin, sockets with one.
  const isReading = ['GET', 'HEAD'].includes(request.method ?? '') && request.headers.upgrade === undefined;
  checkToken(rules, request.headers, !isReading);
}

// What proxies add: the request came from elsewhere, even if the proxy is on this machine.
const FORWARDED = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
] as const;

function comesFromThisMachine({ headers, socket }: IncomingMessage): boolean {
  const isForwarded = FORWARDED.some((name) => headers[name] !== undefined);
  return !isForwarded && isLoopbackHost(headers.host) && isLoopback(socket.remoteAddress ?? '');
}
