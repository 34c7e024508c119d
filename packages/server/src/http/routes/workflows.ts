import { ComfyFormatError } from '@unclip-studio/comfyui';
import { asSaved, describeInputs, formatWorkflow } from '@unclip-studio/graph-core';
import { MAX_LISTED, type RevisionConflict } from '@unclip-studio/protocol';
import { sha256 } from '../../common/sha256.js';
import { MAX_REMOTE_FILE_BYTES, REMOTE_FILE_MS } from '../../limits.js';
import { FetchFailedError, FetchRefusedError, fetchForUser } from '../../net/fetch-for-user.js';
import { openedOver } from '../../store/bytes/byte-store.js';
import type { Store } from '../../store/store.js';
import { RevisionConflict as ConflictError } from '../../store/store-errors.js';
import type { StoredWorkflow } from '../../store/workflows-table.js';
import { findWorkflow } from '../find.js';
import { Problem } from '../problem.js';
import { jsonReply } from '../reply.js';
import { resolveWorkflow, takeWorkflow } from '../request-workflow.js';
import type { Handlers } from '../route.js';
import { untilEnded } from '../until-ended.js';

export const workflowHandlers: Handlers<'workflows'> = {
  listWorkflows: ({ query: { limit = MAX_LISTED, offset = 0 } }, { store }) =>
    jsonReply({ workflows: store.workflows.list({ limit, offset }) }),

  readWorkflow: ({ params }, server) => jsonReply(toSavedWorkflow(findWorkflow(server, params.name))),

  saveWorkflow({ params: { name }, body }, { config, store, events, catalog, nowMs }) {
    const workflow = asSaved(takeWorkflow(body.workflow, config.limits.nodes), catalog);
    const request = {
      name,
      baseRevision: body.baseRevision,
      title: workflow.title ?? name,
      json: formatWorkflow(workflow),
      ...(body.thumbnail === undefined ? {} : { thumbnail: body.thumbnail }),
    };
    const saved = tellConflict(store, name, () => store.workflows.save(request, nowMs()));
    events.publish({ type: 'workflows-changed', name });
    return jsonReply(saved);
  },

  deleteWorkflow({ params: { name }, query }, server) {
    const { store, events, nowMs } = server;
    findWorkflow(server, name);
    tellConflict(store, name, () =>
      store.database.transaction(() => {
        store.workflows.delete(name, query.baseRevision);
        store.grants.revokeOfWorkflow(name, nowMs());
      }),
    );
    events.publish({ type: 'workflows-changed', name });
    return { kind: 'empty' };
  },

  async readWorkflowInputs({ params }, server) {
    const workflow = await resolveWorkflow({ workflowName: params.name }, server);
    return jsonReply({ inputs: describeInputs(workflow, server.catalog) });
  },

  async startWorkflowRun({ params, query, body, headers, client, signal }, server) {
    const key = headers['idempotency-key'];
    const workflow = await resolveWorkflow({ workflowName: params.name, inputs: body.inputs }, server);
    await server.runs.prepare(workflow);
    const run = server.runs.enqueue({
      workflow,
      clientId: client,
      workflowName: params.name,
      ...(body.priority === undefined ? {} : { priority: body.priority }),
      ...(body.webhook === undefined ? {} : { webhook: body.webhook }),
      ...(key === undefined ? {} : { idempotencyKey: key }),
    });
    const at = { location: `/api/runs/${run.id}` };
    if (query.wait === undefined) return jsonReply(run, 201, at);
    const now = await untilEnded(run.id, { seconds: query.wait, signal }, server);
    return jsonReply(now, now.finishedAt === undefined ? 202 : 200, at);
  },

  listWorkflowVersions({ params, query: { limit = MAX_LISTED, offset = 0 } }, { store }) {
    const versions = store.workflows.versions(params.name, { limit, offset });
    if (versions.length === 0 && offset === 0) {
      const because = { code: 'workflow-not-found', name: params.name } as const;
      throw new Problem('not-found', `There is no workflow "${params.name}".`, { because });
    }
    return jsonReply({ versions });
  },

  readWorkflowVersion: ({ params }, server) =>
    jsonReply(toSavedWorkflow(findWorkflow(server, params.name, params.revision))),

  restoreWorkflowVersion({ params: { name, revision }, body }, { store, events, nowMs }) {
    const restored = tellConflict(store, name, () =>
      store.workflows.restore(name, revision, body.baseRevision, nowMs()),
    );
    if (restored === undefined)
      throw new Problem('not-found', `There is no revision ${revision} of "${name}".`, {
        because: { code: 'not-found', what: 'revision', name: `${name} ${revision}` },
      });
    events.publish({ type: 'workflows-changed', name });
    return jsonReply(restored);
  },

  listTemplates: async (_, { templates }) => jsonReply({ templates: await templates.list() }),

  async readTemplate({ params }, { templates }) {
    const workflow = await templates.read(params.name);
    if (workflow === undefined)
      throw new Problem('not-found', `There is no template "${params.name}".`, {
        because: { code: 'not-found', what: 'template', name: params.name },
      });
    return jsonReply(workflow);
  },

  async readTemplateThumbnail({ params }, { templates }) {
    const bytes = await templates.thumbnail(params.name);
    if (bytes === undefined)
      throw new Problem('not-found', `There is no thumbnail for the template "${params.name}".`, {
        because: { code: 'not-found', what: 'preview' },
      });
    const etag = `"${sha256(bytes).slice(0, 32)}"`;
    const facts = { mediaType: 'image/webp', content: openedOver(bytes), etag, foreign: false };
    return { kind: 'file', ...facts, immutable: false };
  },

  async fetchWorkflowFile({ body, signal }, { config }) {
    const bytes = await fetchFile(body.url, { allowedHosts: config.hub.allowedHosts, signal });
    const facts = { mediaType: 'application/octet-stream', content: openedOver(bytes), etag: `"${sha256(bytes)}"` };
    return { kind: 'file', ...facts, immutable: false, foreign: true };
  },

  importComfyUi: async ({ body }, { imports }) =>
    jsonReply(await orBadRequest(imports.importWorkflow(body.text, body.title))),

  exportComfyUi: async ({ body }, { imports }) =>
    jsonReply(await orBadRequest(imports.exportWorkflow(JSON.stringify(body.workflow), body.format ?? 'api'))),
};

/** A saved state as clients read it: the workflow as JSON, not as the text that is stored. */
function toSavedWorkflow({ json, ...version }: StoredWorkflow) {
  const workflow: object = JSON.parse(json);
  return { ...version, workflow };
}

/**
 * Does a change that names the revision it is based on.
 *
 * @throws Problem 409 with the current state, so that the client can merge without asking again
 */
function tellConflict<Value>(store: Store, name: string, change: () => Value): Value {
  try {
    return change();
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const { currentRevision } = error;
    const current = currentRevision === 0 ? undefined : store.workflows.read(name);
    const extra: Pick<RevisionConflict, 'currentRevision' | 'current'> = {
      currentRevision,
      ...(current === undefined ? {} : { current: toSavedWorkflow(current) }),
    };
    throw new Problem('conflict', error.message, {
      errors: [{ path: 'body.baseRevision', message: `the newest revision is ${currentRevision}` }],
      extra,
      cause: error,
    });
  }
}

/** @throws Problem that says why the address gave nothing */
async function fetchFile(
  url: string,
  options: { readonly allowedHosts: readonly string[]; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  try {
    const answer = await fetchForUser(url, {
      ...options,
      maxBytes: MAX_REMOTE_FILE_BYTES,
      totalTimeoutMs: REMOTE_FILE_MS,
    });
    if (!answer.ok)
      throw new Problem('not-found', `${url} answers with status ${answer.status}. Check the address.`, {
        because: { code: 'fetch', fault: 'status', address: url, status: answer.status },
      });
    return new Uint8Array(await answer.arrayBuffer());
  } catch (error) {
    if (error instanceof FetchRefusedError) throw new Problem('bad-request', error.message, { cause: error });
    if (error instanceof FetchFailedError) throw new Problem('unavailable', error.message, { cause: error });
    throw error;
  }
}

/** @throws Problem 400 if what ComfyUI wrote cannot be read */
async function orBadRequest<Value>(converted: Promise<Value>): Promise<Value> {
  try {
    return await converted;
  } catch (error) {
    if (!(error instanceof ComfyFormatError)) throw error;
    throw new Problem('bad-request', error.message, { cause: error });
  }
}
