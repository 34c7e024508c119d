import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { freemem, totalmem } from 'node:os';
import { comfyUiSamplers, formatExactJson } from '@unclip-studio/nodes-unclip';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import type { ServerConfig } from '../../config.js';
import { programVersion } from '../../services/program-version.js';
import { sha256 } from '../../services/sha256.js';
import { blobReply } from '../blob-reply.js';
import { findOutput } from '../find.js';
import { Problem } from '../problem.js';
import { isLoopback, isLoopbackHost } from '../security/allow-lists.js';
import { checkToken } from '../security/check-request.js';
import { sendReply } from '../send-reply.js';
import type { ServerParts } from '../server-parts.js';
import { storePicture } from '../store-picture.js';
import { toLabel } from '../to-label.js';
import type { UploadGate } from '../upload-gate.js';
import { execInfo } from './comfy-sockets.js';
import { fitting, historyEntry, queueEntry } from './history.js';
import { objectInfo } from './object-info.js';
import { outputOfName } from './output-names.js';
import type { PromptRuns } from './prompt-runs.js';
import { queuePrompt } from './queue-prompt.js';
import { createUploadNames, type UploadNames } from './upload-names.js';

export interface ComfyRouterOptions {
  readonly parts: ServerParts;
  readonly prompts: PromptRuns;
  readonly uploads: UploadGate;
}

const ENDED = ['succeeded', 'failed', 'cancelled'] as const;
// A prompt, and the page that its client wants kept in the images.
const MAX_BODY = '8mb';

/**
 * The endpoints of ComfyUI's server, so that its clients drive this one unchanged. Each is there with `/api` before it too,
 * but for those where this server has an address of its own (`/api/queue`, `/api/models`).
 *
 * Such clients send no token. Programs of this machine need none where the server listens to it only and no option lets
 * others in, and pages of other origins are kept out as everywhere; elsewhere they send it as `Authorization: Bearer` or
 * as `?token=`.
 */
export function createComfyRouter({ parts, prompts, uploads }: ComfyRouterOptions): Router {
  const { runs } = parts;
  const names = createUploadNames(parts.store.images);
  const router = Router();
  const body = express.text({ type: () => true, limit: MAX_BODY });
  const get = (path: string, answer: (request: Request, response: Response) => unknown) =>
    router.get(pathsOf(path), admit(parts), respond(answer));
  const post = (path: string, answer: (request: Request, response: Response) => unknown) =>
    router.post(pathsOf(path), admit(parts), body, respond(answer));

  post('/prompt', async (request, response) => {
    const context = {
      ...{ runs, prompts, names, imports: parts.imports, catalog: parts.catalog },
      ...{ maxNodes: parts.config.limits.nodes, checkpoints: await checkpointNames(parts) },
    };
    const { status, body: answer } = await queuePrompt(String(request.body), context);
    response.status(status);
    return answer;
  });
  get('/prompt', () => execInfo(runs));
  get('/queue', () => ({
    queue_running: fitting(prompts.list(['running'])).map(({ prompt }) => queueEntry(prompt)),
    queue_pending: [...fitting(prompts.list(['queued']))].reverse().map(({ prompt }) => queueEntry(prompt)),
  }));
  post('/queue', (request) => {
    const { clear, delete: ids = [] } = jsonOf(request);
    const wanted = clear === true ? prompts.list(['queued']).map(({ prompt }) => prompt.promptId) : asTexts(ids);
    for (const { run, prompt } of prompts.list(['queued'])) if (wanted.includes(prompt.promptId)) runs.cancel(run.id);
  });
  post('/interrupt', (request) => {
    const { prompt_id: wanted } = jsonOf(request);
    for (const { run, prompt } of prompts.list(['running'])) {
      if (wanted === undefined || wanted === prompt.promptId) runs.cancel(run.id);
    }
  });
  // Models are dropped by themselves when room is needed.
  post('/free', () => undefined);
  get('/history', ({ query }) => {
    const ended = [...fitting(prompts.list(ENDED))].reverse();
    const max = oneText(query, 'max_items');
    const offset = oneText(query, 'offset');
    const count = max === undefined ? ended.length : Math.max(0, Number(max) || 0);
    const from = offset === undefined ? Math.max(0, ended.length - count) : Math.max(0, Number(offset) || 0);
    const window = ended.slice(from, from + count);
    return Object.fromEntries(window.map(({ run, prompt }) => [prompt.promptId, historyEntry(run, prompt)]));
  });
  get('/history/:prompt', ({ params }) => {
    const found = prompts.list(ENDED).find(({ prompt }) => prompt.promptId === params['prompt']);
    return found === undefined ? {} : { [found.prompt.promptId]: historyEntry(found.run, found.prompt) };
  });
  post('/history', (request) => {
    const { clear, delete: ids = [] } = jsonOf(request);
    const wanted = clear === true ? prompts.list(ENDED).map(({ prompt }) => prompt.promptId) : asTexts(ids);
    for (const id of wanted) prompts.forget(id);
  });
  get('/object_info', async () => objectInfo(await lists(parts)));
  get('/object_info/:name', async ({ params }) => {
    const name = String(params['name']);
    const known = objectInfo(await lists(parts));
    return Object.hasOwn(known, name) ? { [name]: known[name] } : {};
  });
  get('/system_stats', systemStats);
  // What a checkpoint says of itself is not told; clients ask for it only to show it.
  get('/view_metadata/:folder', () => ({}));
  get('/embeddings', () => []);
  get('/extensions', () => []);
  get('/features', () => ({ supports_preview_metadata: false, max_upload_size: parts.config.limits.uploadBytes }));
  get('/models', () => ['checkpoints']);
  get('/models/:folder', async ({ params }) =>
    params['folder'] === 'checkpoints' ? (await lists(parts)).checkpoints : [],
  );

  router.get(pathsOf('/view'), admit(parts), async (request, response) => {
    await sendReply(request, response, await viewFile(request, parts, names));
  });
  for (const path of ['/upload/image', '/upload/mask']) {
    router.post(pathsOf(path), admit(parts), async (request, response) => {
      try {
        const upload = await uploads.receive(request, response, 'image');
        const subfolder = toSubfolder(oneText(request.body, 'subfolder'));
        const overwrite = oneText(request.body, 'overwrite');
        const type = oneText(request.body, 'type');
        const wanted = { subfolder, name: toLabel(upload.label), overwrite: overwrite === 'true' || overwrite === '1' };
        const name = await parts.pictures.inTurn(async () => {
          const bytes = await readFile(upload.path);
          let chosen = names.choose(sha256(bytes), wanted);
          const stored = await storePicture(bytes, chosen.label, parts, (id) => {
            // Another may have got the name while this one was looked at.
            chosen = names.choose(id, wanted);
            return chosen.label;
          });
          names.give(stored.sha256, chosen);
          return chosen.name;
        });
        response.json({ name, subfolder, type: type === 'temp' ? 'temp' : 'input' });
      } finally {
        await uploads.discard(request);
      }
    });
  }
  return router;
}

/** As ComfyUI tells it of itself on a CPU; there is no Python to have a version. */
function systemStats() {
  const memory = { total: totalmem(), free: freemem() };
  return {
    system: {
      os: process.platform,
      ram_total: memory.total,
      ram_free: memory.free,
      comfyui_version: `unclip-studio ${programVersion()}`,
      python_version: '',
      pytorch_version: '',
      embedded_python: false,
      argv: [],
    },
    devices: [
      {
        ...{ name: 'cpu', type: 'cpu', index: null, vram_total: memory.total, vram_free: memory.free },
        ...{ torch_vram_total: memory.total, torch_vram_free: memory.free },
      },
    ],
  };
}

// This server's own addresses, which stay what they are.
const OWN: ReadonlySet<string> = new Set(['/queue', '/models', '/models/:folder']);

function pathsOf(path: string): string[] {
  return OWN.has(path) ? [path] : [path, `/api${path}`];
}

function admit({ rules, config }: ServerParts): RequestHandler {
  return (request, _response, next) => {
    admitComfyClient({ rules, config }, request, request.query['token']);
    next();
  };
}

/** @throws Problem 401 without the token, unless a program of this machine asks a server that nobody else can reach */
export function admitComfyClient(
  { rules, config }: Pick<ServerParts, 'rules' | 'config'>,
  request: IncomingMessage,
  token: unknown,
): void {
  if (isClosedToOthers(config) && comesFromThisMachine(request)) return;
  if (typeof token === 'string' && rules.token.matches(token)) return;
  checkToken(rules, request.headers, true);
}

/** Every option for proxies and other names says that others can come, whatever address the proxy has. */
function isClosedToOthers({ host, allowedHosts, allowedOrigins, basePath = '/', trustedProxies = 0 }: ServerConfig) {
  const hasOptions = allowedHosts.length + allowedOrigins.length + trustedProxies > 0 || basePath !== '/';
  return isLoopback(host) && !hasOptions;
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

function respond(answer: (request: Request, response: Response) => unknown): RequestHandler {
  return async (request, response) => {
    const body = await answer(request, response);
    if (body === undefined) response.status(200).end();
    else response.type('application/json').send(formatExactJson(body));
  };
}

function jsonOf(request: Request): Readonly<Record<string, unknown>> {
  if (typeof request.body !== 'string' || request.body.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(request.body);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    throw new Problem('bad-request', 'The body is not JSON.');
  }
}

function asTexts(value: unknown): readonly string[] {
  // Nothing else is the id of a prompt, and asking an object for its text runs what a stranger named `toString`.
  const isPlain = (item: unknown) => typeof item === 'string' || typeof item === 'number';
  return Array.isArray(value) ? value.filter(isPlain).map(String) : [];
}

/** Those of this server, and of the workers that take its runs; `undefined` while no worker has told of its own. */
async function checkpointNames({ models, runs, config }: ServerParts): Promise<ReadonlySet<string> | undefined> {
  const workers = runs.workers();
  if (config.queue !== undefined && workers.length === 0) return undefined;
  const own = (await models.list()).map(({ name }) => name);
  return new Set([...own, ...workers.flatMap(({ checkpoints = [] }) => checkpoints.map(({ name }) => name))]);
}

// Clients take an image that is not offered for a missing one.
const MAX_OFFERED_IMAGES = 10_000;

async function lists({ models, store }: ServerParts) {
  const checkpoints = (await models.list()).map(({ name }) => name);
  const images = store.images.list(MAX_OFFERED_IMAGES).map(({ name }) => name);
  return { checkpoints, images, samplers: comfyUiSamplers().map(([name]) => name) };
}

async function viewFile({ query }: Request, parts: ServerParts, names: UploadNames) {
  const filename = oneText(query, 'filename') ?? '';
  const type = oneText(query, 'type') ?? 'output';
  const subfolder = oneText(query, 'subfolder');
  const id = outputOfName(filename);
  if (type !== 'input' && id !== undefined) {
    const { sha256, mediaType } = findOutput(parts, id);
    return blobReply(parts.store.blobs, { sha256, mediaType, foreign: false });
  }
  const folder = toSubfolder(subfolder);
  const found = type === 'output' ? undefined : names.find(folder === '' ? filename : `${folder}/${filename}`);
  const image = found === undefined ? undefined : parts.store.images.read(found);
  if (image === undefined) throw new Problem('not-found', `There is no picture "${filename}" of the type "${type}".`);
  return blobReply(parts.store.blobs, { sha256: image.sha256, mediaType: image.mediaType, foreign: true });
}

/** A field of a query or a form. @throws Problem 400 if it was given more than once, or is no text */
function oneText(fields: unknown, name: string): string | undefined {
  const value = (fields as Readonly<Record<string, unknown>> | undefined)?.[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new Problem('bad-request', `"${name}" was given more than once. Give it once.`, {
    errors: [{ path: `query.${name}`, message: 'expected one value' }],
  });
}

/** A part of a name and never of a path, as clients send it; without what could be taken for more. */
function toSubfolder(asked: string | undefined): string {
  return (asked ?? '')
    .split(/[/\\]+/)
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/');
}
