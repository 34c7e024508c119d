import { z } from 'zod';
import { findWorkflow } from '../find.js';
import { defineRoute } from '../route.js';
import { queryInteger } from '../schemas/common.js';
import { workflowName } from '../schemas/workflows.js';
import { tellConflict } from '../tell-conflict.js';

export const deleteWorkflow = defineRoute({
  id: 'deleteWorkflow',
  method: 'delete',
  path: '/api/workflows/{name}',
  tag: 'workflows',
  summary: 'Take a workflow out of the list',
  description: 'Its states are kept and can be restored. Its share links are revoked.',
  params: z.object({ name: workflowName }),
  query: z.strictObject({
    baseRevision: queryInteger(0, Number.MAX_SAFE_INTEGER)
      .optional()
      .meta({ description: 'Refuse with 409 if this is not the newest revision.' }),
  }),
  replies: { 204: { description: 'It is out of the list.' } },
  problems: ['not-found', 'conflict', 'store-full'],
  handle({ params, query }, server) {
    const { store, runs, nowMs } = server;
    findWorkflow(server, params.name);
    tellConflict(store, params.name, () =>
      store.database.transaction(() => {
        store.workflows.delete(params.name, query.baseRevision);
        store.grants.revokeOfWorkflow(params.name, nowMs());
      }),
    );
    runs.announce({ type: 'workflows-changed', name: params.name });
    return { kind: 'empty' };
  },
});
