import { readFile } from 'node:fs/promises';
import { describeInputs, type NodeDefinition, type Workflow } from '@unclip-studio/graph-core';
import type { GrantRecord, Language, Shared, SharedRun } from '@unclip-studio/protocol';
import { sha256 } from '../../common/sha256.js';
import { MAX_GRANTS } from '../../limits.js';
import type { Grant, GrantRun } from '../../store/grants-table.js';
import { findOutput } from '../find.js';
import { grantOfSecret, newGrantId, newGrantSecret, uploadTooLarge } from '../grants/admit-grant.js';
import { sharedInputs } from '../grants/shared-inputs.js';
import { axisInputs, imagesOf, readSharedWorkflow, resourcesOf } from '../grants/shared-workflow.js';
import { checkUploadLimit, startSharedRun } from '../grants/start-shared-run.js';
import { modelsOfWorkflow } from '../models/server-licenses.js';
import { Problem } from '../problem.js';
import { jsonReply } from '../reply.js';
import type { Handlers } from '../route.js';
import { formatGrantCookie } from '../security/session-cookie.js';
import type { ServerParts } from '../server-parts.js';
import { checkImage } from '../store-image.js';
import { fileReply, strippedReply, thumbnailReply } from '../stored-file-reply.js';

const DAY_MS = 24 * 3_600_000;
const MAX_LISTED_RUNS = 20;

export const sharingHandlers: Handlers<'sharing'> = {
  async createGrant({ body }, server) {
    const { store, nowMs } = server;
    const { kind, workflowName, days, uploadMb, runsPerHour, queuedRuns, uploadsPerHour } = body;
    const revision = await checkShared(body, server);
    const { secret, sha256 } = newGrantSecret();
    const createdAt = nowMs();
    if (store.grants.list(createdAt).length >= MAX_GRANTS) {
      throw new Problem('conflict', `There are ${MAX_GRANTS} share links already, which is the limit. Revoke some.`, {
        because: { code: 'too-many-links', limit: MAX_GRANTS },
      });
    }
    const grant = {
      id: newGrantId(),
      kind,
      workflowName,
      revision: kind === 'form' ? revision : null,
      createdAt,
      expiresAt: createdAt + Math.round(days * DAY_MS),
      limits: { runsPerHour, queuedRuns, uploadsPerHour, uploadBytes: Math.round(uploadMb * 2 ** 20) },
    };
    store.grants.add(grant, sha256);
    return jsonReply({ ...toGrantRecord({ ...grant, revokedAt: null }), secret }, 201);
  },

  listGrants: (_, { store, nowMs }) => jsonReply({ grants: store.grants.list(nowMs()).map(toGrantRecord) }),

  revokeGrant({ params }, { store, nowMs }) {
    if (!store.grants.revoke(params.grant, nowMs())) {
      throw new Problem('not-found', `There is no share link "${params.grant}", or none any more.`, {
        because: { code: 'not-found', what: 'share-link', name: params.grant },
      });
    }
    return { kind: 'empty' };
  },

  async openShared({ body, isSecure }, server) {
    const { rules, nowMs } = server;
    const grant = grantOfSecret(body.secret, server);
    const cookie = formatGrantCookie({
      port: rules.port,
      value: body.secret,
      maxAgeS: Math.ceil((grant.expiresAt - nowMs()) / 1000),
      path: `${rules.basePath}api/shared/${grant.id}`,
      isSecure,
    });
    return jsonReply(await describeShared(grant, server, body.language), 200, { 'set-cookie': cookie });
  },

  readShared: async ({ grant, query }, server) => jsonReply(await describeShared(grant, server, query.language)),

  readSharedImage({ grant, params: { image } }, server) {
    const { mediaType } = findSharedImage(grant, image, server);
    return fileReply(server.store.blobs, { sha256: image, mediaType, foreign: true, addressed: image });
  },

  readSharedImageThumbnail({ grant, params: { image }, query }, server) {
    const { sha256 } = findSharedImage(grant, image, server);
    return thumbnailReply(server, { sha256, sidePx: query.side, foreign: true, addressed: sha256 });
  },

  async uploadSharedImage({ grant, upload }, server) {
    checkForm(grant);
    if (upload.sizeBytes > grant.limits.uploadBytes) throw uploadTooLarge(grant.limits.uploadBytes);
    checkUploadLimit(grant, server);
    const bytes = await readFile(upload.path);
    const image = await checkImage(bytes, upload.label, server);
    const stored = { ...image, sha256: await server.store.blobs.put(bytes), sizeBytes: bytes.length };
    // Others may have been uploaded meanwhile.
    checkUploadLimit(grant, server);
    server.store.grants.addImage(grant.id, stored, server.nowMs());
    return jsonReply({ ...sizeOf(stored), name: stored.name }, 201);
  },

  async startSharedRun({ grant, headers, body: { inputs } }, server) {
    checkForm(grant);
    const run = await startSharedRun({ grant, inputs, visitor: visitorOf(headers) ?? null }, server);
    return jsonReply(sharedRunOf(grant, run.id, server), 201);
  },

  listSharedRuns({ grant, headers }, server) {
    checkForm(grant);
    const ids = server.store.grants.runsOf(grant.id, MAX_LISTED_RUNS, visitorOf(headers));
    return jsonReply({ runs: ids.map((id) => sharedRunOf(grant, id, server)) });
  },

  readSharedRun({ grant, params: { run }, query }, server) {
    checkOwnRun(grant, run, server);
    const shown = sharedRunOf(grant, run, server);
    const preview = query.preview === 'true' ? server.sharedRuns.preview(grant, shown) : undefined;
    return jsonReply({ ...shown, ...(preview === undefined ? {} : { preview }) });
  },

  cancelSharedRun({ grant, headers, params: { run } }, server) {
    const { visitor } = checkOwnRun(grant, run, server);
    if (visitor !== null && visitor !== visitorOf(headers)) {
      const because = { code: 'run-not-found' } as const;
      throw new Problem('not-found', `Run "${run}" was started by another visitor, who alone can cancel it here.`, {
        because,
      });
    }
    server.runs.cancel(run);
    return jsonReply(sharedRunOf(grant, run, server));
  },

  readSharedOutput({ grant, params, query }, server) {
    checkForm(grant);
    const { runId, node, sha256, mediaType } = findOutput(server, params.output);
    checkOwnRun(grant, runId, server);
    if (!server.sharedRuns.shows(grant, node))
      throw new Problem('not-found', `This link shows no output "${params.output}".`, {
        because: { code: 'not-found', what: 'shared-image' },
      });
    return strippedReply(server.store.blobs, { sha256, mediaType, foreign: false, addressed: query.sha256 });
  },
};

/**
 * @returns the newest revision to share
 * @throws Problem 404 without such a workflow, 422 for a form that could not run, or could set what it does not publish
 */
async function checkShared(
  request: { readonly kind: Grant['kind']; readonly workflowName: string; readonly revision?: number | undefined },
  server: ServerParts,
): Promise<number> {
  const { kind, workflowName, revision: asked } = request;
  if (kind === 'view' && asked !== undefined) {
    throw new Problem('bad-request', 'body.revision: a view shows the newest state; only a form has a revision.', {
      errors: [{ path: 'body.revision', message: 'expected none for a view' }],
    });
  }
  const { workflow, revision } = readSharedWorkflow({ workflowName, revision: asked ?? null }, server);
  if (kind === 'view') return revision;
  const axes = axisInputs(workflow, server.catalog);
  if (axes.length > 0) {
    const message = `Input "${axes[0]}" chooses which setting a Sweep varies, so it could set everything. Publish its values instead.`;
    throw new Problem('invalid-workflow', message, {
      because: { code: 'link-input-too-open', input: String(axes[0]) },
      errors: [{ path: `workflow.inputs.${axes[0]}`, message }],
    });
  }
  await resourcesOf(workflow, server.runs);
  return revision;
}

async function describeShared(grant: Grant, server: ServerParts, language: Language = 'en'): Promise<Shared> {
  const { workflow } = readSharedWorkflow(grant, server);
  const isForm = grant.kind === 'form';
  const inputs = await sharedInputs(workflow, server, language);
  return {
    grant: grant.id,
    kind: grant.kind,
    title: workflow.title ?? grant.workflowName,
    ...(workflow.description === undefined ? {} : { description: workflow.description }),
    expiresAt: new Date(grant.expiresAt).toISOString(),
    images: shownImages(grant, workflow, server).map(([name, image]) => ({ ...sizeOf(image), name })),
    licenses: await server.licenses.list(modelsOfWorkflow(workflow, server.catalog)),
    ...(isForm
      ? { inputs, uploadBytes: grant.limits.uploadBytes }
      : { workflow, nodes: definitionsOf(workflow, server) }),
  };
}

/** Of a form only those of its fields. */
function shownImages(grant: Grant, workflow: Workflow, server: ServerParts) {
  const images = [...imagesOf(workflow, server)];
  if (grant.kind !== 'form') return images;
  const inputs = describeInputs(workflow, server.catalog).filter(({ param }) => param.kind === 'image');
  const fields = new Set(inputs.map(({ value }) => value));
  return images.filter(([name]) => fields.has(name));
}

/** Of the types that the workflow itself uses. */
function definitionsOf(workflow: Workflow, { catalog }: ServerParts): readonly NodeDefinition[] {
  const bodies = [workflow, ...Object.values(workflow.subgraphs ?? {})];
  const types = new Set(bodies.flatMap(({ nodes }) => Object.values(nodes).map(({ type }) => type)));
  return [...types].flatMap((type) => catalog.types.get(type) ?? []);
}

function findSharedImage(grant: Grant, id: string, server: ServerParts) {
  const uploaded = server.store.grants.readImage(grant.id, id);
  if (uploaded !== undefined) return uploaded;
  const { workflow } = readSharedWorkflow(grant, server);
  const isShown = shownImages(grant, workflow, server).some(([, { sha256 }]) => sha256 === id);
  const image = isShown ? server.store.images.read(id) : undefined;
  if (image === undefined)
    throw new Problem('not-found', `This link shows no image "${id}".`, {
      because: { code: 'not-found', what: 'shared-image' },
    });
  return image;
}

/** @throws Problem 404 for a link that only shows a workflow */
function checkForm(grant: Grant): void {
  if (grant.kind !== 'form')
    throw new Problem('not-found', 'This link shows a workflow; it runs nothing.', {
      because: { code: 'link-only-shows' },
    });
}

/** @throws Problem 404 for runs of others, as for those that do not exist */
function checkOwnRun(grant: Grant, id: string, { store }: ServerParts): GrantRun {
  checkForm(grant);
  const run = store.grants.findRun(grant.id, id);
  if (run === undefined)
    throw new Problem('not-found', `This link has started no run "${id}".`, { because: { code: 'run-not-found' } });
  return run;
}

/** What is stored of a visitor's key, which is a secret. */
function visitorOf({ 'visitor-key': key }: { readonly 'visitor-key'?: string | undefined }): string | undefined {
  return key === undefined ? undefined : sha256(key);
}

function sizeOf({ sha256, widthPx, heightPx }: Omit<Shared['images'][number], 'name'>) {
  return { sha256, widthPx, heightPx };
}

function toGrantRecord({ id, kind, workflowName, revision, createdAt, expiresAt, limits }: Grant): GrantRecord {
  return {
    id,
    kind,
    workflowName,
    ...(revision === null ? {} : { revision }),
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    ...(kind === 'form' ? { limits } : {}),
  };
}

function sharedRunOf(grant: Grant, id: string, { runs, sharedRuns }: ServerParts): SharedRun {
  const run = runs.read(id);
  const active = Object.values(run.nodes).find(({ state, steps }) => state === 'running' && steps !== undefined);
  return {
    id: run.id,
    state: run.state,
    createdAt: run.createdAt,
    ...(run.place === undefined ? {} : { place: run.place }),
    ...(active?.step === undefined ? {} : { step: active.step }),
    ...(active?.steps === undefined ? {} : { steps: active.steps }),
    ...(run.error === undefined ? {} : { message: run.error.message }),
    ...(run.error?.because === undefined ? {} : { because: run.error.because }),
    outputs: run.outputs
      .filter(({ node }) => sharedRuns.shows(grant, node))
      .map(({ id, name, mediaType, widthPx, heightPx, sha256 }) => ({
        id,
        name,
        mediaType,
        widthPx,
        heightPx,
        sha256,
      })),
  };
}
