import { z } from 'zod';
import { MAX_GRANTS } from '../../limits.js';
import { newGrantId, newGrantSecret } from '../grants/admit-grant.js';
import { axisInputs, readSharedWorkflow, resourcesOf } from '../grants/shared-workflow.js';
import { Problem } from '../problem.js';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { createdGrant, createGrantBody, grantParams, grantRecord, toGrantRecord } from '../schemas/grants.js';
import type { ServerParts } from '../server-parts.js';

const DAY_MS = 24 * 3_600_000;

export const createGrant = defineRoute({
  id: 'createGrant',
  method: 'post',
  path: '/api/grants',
  tag: 'sharing',
  summary: 'Make a share link, for people who have no token',
  description: 'The link is the address of the editor with `#grant=SECRET` behind it.',
  body: createGrantBody,
  replies: { 201: { description: 'The grant, and the secret of its link.', schema: createdGrant } },
  problems: ['not-found', 'invalid-workflow', 'conflict', 'store-full'],
  async handle({ body }, server) {
    const { store, nowMs } = server;
    const { revision } = await checkShared(body, server);
    const { secret, sha256 } = newGrantSecret();
    const { kind, workflowName, days, uploadMb, runsPerHour, queuedRuns, uploadsPerHour } = body;
    const createdAt = nowMs();
    if (store.grants.list(createdAt).length >= MAX_GRANTS) {
      throw new Problem('conflict', `There are ${MAX_GRANTS} share links already, which is the limit. Revoke some.`);
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
});

/** @throws Problem 404 without such a workflow, 422 for a form that could not run, or could set what it does not publish */
async function checkShared({ kind, workflowName, revision }: z.output<typeof createGrantBody>, server: ServerParts) {
  if (kind === 'view' && revision !== undefined) {
    throw new Problem('bad-request', 'body.revision: a view shows the newest state; only a form has a revision.', {
      errors: [{ path: 'body.revision', message: 'expected none for a view' }],
    });
  }
  const shared = readSharedWorkflow({ workflowName, revision: revision ?? null }, server);
  if (kind === 'view') return shared;
  const axes = axisInputs(shared.workflow, server.catalog);
  if (axes.length > 0) {
    const message = `Input "${axes[0]}" chooses which setting a Sweep varies, so it could set everything. Publish its values instead.`;
    throw new Problem('invalid-workflow', message, { errors: [{ path: `workflow.inputs.${axes[0]}`, message }] });
  }
  await resourcesOf(shared.workflow, server.runs);
  return shared;
}

export const listGrants = defineRoute({
  id: 'listGrants',
  method: 'get',
  path: '/api/grants',
  tag: 'sharing',
  summary: 'The share links that can still be used, newest first',
  replies: { 200: { description: 'The grants.', schema: z.object({ grants: z.array(grantRecord) }) } },
  handle: (_, { store, nowMs }) => jsonReply({ grants: store.grants.list(nowMs()).map(toGrantRecord) }),
});

export const revokeGrant = defineRoute({
  id: 'revokeGrant',
  method: 'delete',
  path: '/api/grants/{grant}',
  tag: 'sharing',
  summary: 'Revoke a share link; it stops working at once',
  params: grantParams,
  replies: { 204: { description: 'The link no longer works.' } },
  problems: ['not-found', 'store-full'],
  handle({ params }, { store, nowMs }) {
    if (!store.grants.revoke(params.grant, nowMs())) {
      throw new Problem('not-found', `There is no share link "${params.grant}", or none any more.`);
    }
    return { kind: 'empty' };
  },
});
