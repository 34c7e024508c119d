import { freemem, totalmem } from 'node:os';
import type { Router } from 'express';
import { MAX_OFFERED_IMAGES } from '../limits.js';
import { comfyUiSamplers } from '../mapping-table.js';
import { ComfyRequestError } from '../request-error.js';
import { asTexts, createComfyRoutes, jsonOf, oneText } from './comfy-routes.js';
import { execInfo, serverFeatures } from './comfy-sockets.js';
import { addFileRoutes } from './file-routes.js';
import { fitting, historyEntry, queueEntry } from './history.js';
import type { ComfyHost } from './host.js';
import { addJobRoutes } from './job-routes.js';
import { objectInfo } from './object-info.js';
import { addPageRoutes } from './page-routes.js';
import type { PromptRuns } from './prompt-runs.js';
import { queuePrompt } from './queue-prompt.js';
import { createUploadNames, type UploadNames } from './upload-names.js';

const ENDED = ['succeeded', 'failed', 'cancelled'] as const;

/**
 * The endpoints of ComfyUI's server, so that its clients and its page drive this one unchanged.
 *
 * Such clients send no token. Programs of this machine need none where the server listens to it only and no option lets
 * others in, and pages of other origins are kept out as everywhere; elsewhere they send it as `Authorization: Bearer` or
 * as `?token=`.
 */
export function createComfyRouter(host: ComfyHost, prompts: PromptRuns): Router {
  const { runs, files } = host;
  const names = createUploadNames(files);
  const routes = createComfyRoutes(host);
  const { get, post } = routes;

  post('/prompt', async (request, response) => {
    const { status, body: answer } = await queuePrompt(String(request.body ?? ''), { host, prompts, names });
    response.status(status);
    return answer;
  });
  get('/prompt', () => execInfo(runs));
  get('/queue', () => ({
    queue_running: fitting(prompts.list(['running'])).map(({ run, prompt }) => queueEntry(run, prompt)),
    queue_pending: fitting(prompts.list(['queued']))
      .toSorted((a, b) => (a.run.place ?? 0) - (b.run.place ?? 0))
      .map(({ run, prompt }) => queueEntry(run, prompt)),
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
  post('/free', (request) => {
    const { unload_models: models, free_memory: results } = jsonOf(request);
    if (models === true || results === true) runs.freeMemory(results === true);
  });
  addJobRoutes(routes, runs, prompts);
  get('/history', ({ query }) => {
    const ended = [...fitting(prompts.list(ENDED))].reverse();
    const max = oneText(query, 'max_items');
    const offset = oneText(query, 'offset');
    const count = max === undefined ? ended.length : Math.max(0, Number(max) || 0);
    const from = offset === undefined ? Math.max(0, ended.length - count) : Math.max(0, Number(offset) || 0);
    const window = ended.slice(from, from + count);
    return Object.fromEntries(window.map(({ run, prompt }) => [prompt.promptId, historyEntry(run, prompt, runs)]));
  });
  get('/history/:prompt', ({ params }) => {
    const found = prompts.list(ENDED).find(({ prompt }) => prompt.promptId === params['prompt']);
    return found === undefined ? {} : { [found.prompt.promptId]: historyEntry(found.run, found.prompt, runs) };
  });
  post('/history', (request) => {
    const { clear, delete: ids = [] } = jsonOf(request);
    const wanted = clear === true ? prompts.list(ENDED).map(({ prompt }) => prompt.promptId) : asTexts(ids);
    for (const id of wanted) prompts.forget(id);
  });
  get('/object_info', async () => objectInfo(await offered(host, names)));
  get('/object_info/:name', async ({ params }) => {
    const name = String(params['name']);
    const known = objectInfo(await offered(host, names));
    return Object.hasOwn(known, name) ? { [name]: known[name] } : {};
  });
  get('/system_stats', () => systemStats(host));
  // The metadata of a model is not returned; clients request it only to show it.
  get('/view_metadata/:folder', async ({ params, query }) => {
    const found = await modelsIn(String(params['folder']), host);
    if (found?.includes(oneText(query, 'filename') ?? '') === true) return {};
    throw new ComfyRequestError('not-found', 'Model not found.');
  });
  get('/embeddings', async () =>
    (await host.checkpoints.ofKind('embedding')).map((name) => name.replace(/\.safetensors$/i, '')),
  );
  get('/extensions', () => []);
  get('/features', () => serverFeatures(host));
  get('/models', () => ['checkpoints', ...Object.keys(MODEL_FOLDERS)]);
  get('/models/:folder', async ({ params }) => {
    const folder = String(params['folder']);
    const found = (await modelsIn(folder, host)) ?? (OTHER_FOLDERS.has(folder) ? [] : undefined);
    if (found === undefined) throw new ComfyRequestError('not-found', 'Model folder not found.');
    return found;
  });
  get('/experiment/models', () => {
    const paths = host.modelFolders();
    return ['checkpoints', ...Object.keys(MODEL_FOLDERS)].map((name) => ({ name, folders: paths[name] ?? [] }));
  });
  get('/experiment/models/:folder', async ({ params }) => {
    const found = await modelsIn(String(params['folder']), host);
    if (found === undefined) throw new ComfyRequestError('not-found', 'Model folder not found.');
    return found.map((name) => ({ name, pathIndex: 0 }));
  });

  addFileRoutes(routes, files, names);
  addPageRoutes(routes, host);
  return routes.router;
}

/** ComfyUI's own description of itself on a CPU; there is no Python version. */
function systemStats({ version }: ComfyHost) {
  const memory = { total: totalmem(), free: freemem() };
  return {
    system: {
      os: process.platform,
      ram_total: memory.total,
      ram_free: memory.free,
      comfyui_version: version,
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

/** ComfyUI's folders of models, and what the kinds are called here. */
const MODEL_FOLDERS: Readonly<Record<string, string>> = {
  vae: 'vae',
  clip_vision: 'vision',
  loras: 'lora',
  embeddings: 'embedding',
  upscale_models: 'upscaler',
  ipadapter: 'ip-adapter',
  controlnet: 'controlnet',
};

/** Folders of ComfyUI's that hold nothing here. @see ComfyUI 0.3.64, folder_paths.py */
const OTHER_FOLDERS: ReadonlySet<string> = new Set([
  ...['configs', 'text_encoders', 'diffusion_models', 'style_models', 'diffusers', 'vae_approx', 'gligen'],
  ...['custom_nodes', 'hypernetworks', 'photomaker', 'classifiers', 'model_patches', 'audio_encoders'],
]);

/** @returns `undefined` if there is no such folder */
async function modelsIn(folder: string, { checkpoints }: ComfyHost): Promise<readonly string[] | undefined> {
  if (folder === 'checkpoints') return checkpoints.own();
  const kind = Object.hasOwn(MODEL_FOLDERS, folder) ? MODEL_FOLDERS[folder] : undefined;
  return kind === undefined ? undefined : checkpoints.ofKind(kind);
}

async function offered({ checkpoints }: ComfyHost, names: UploadNames) {
  const byFolder = Object.entries(MODEL_FOLDERS).map(
    async ([folder, kind]) => [folder, await checkpoints.ofKind(kind)] as const,
  );
  return {
    checkpoints: await checkpoints.own(),
    models: Object.fromEntries(await Promise.all(byFolder)),
    images: names.list(MAX_OFFERED_IMAGES),
    samplers: comfyUiSamplers().map(([name]) => name),
  };
}
