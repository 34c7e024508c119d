import { z } from 'zod';
import { Problem } from '../problem.js';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { queryInteger } from '../schemas/common.js';
import { baseRevision, workflowName, workflowVersion } from '../schemas/workflows.js';
import { tellConflict } from '../tell-conflict.js';

export const restoreWorkflowVersion = defineRoute({
  id: 'restoreWorkflowVersion',
  method: 'post',
  path: '/api/workflows/{name}/versions/{revision}/restore',
  tag: 'workflows',
  summary: 'Make an earlier state the newest one',
  description: 'Under a new revision; also brings a deleted workflow back, then with base revision 0.',
  params: z.object({ name: workflowName, revision: queryInteger(1, Number.MAX_SAFE_INTEGER) }),
  body: z.strictObject({ baseRevision }).meta({ id: 'RestoreRequest' }),
  replies: { 200: { description: 'The new state.', schema: workflowVersion } },
  problems: ['not-found', 'conflict', 'store-full'],
  handle({ params, body }, { store, runs, nowMs }) {
    const { name, revision } = params;
    const restored = tellConflict(store, name, () =>
      store.workflows.restore(name, revision, body.baseRevision, nowMs()),
    );
    if (restored === undefined) throw new Problem('not-found', `There is no revision ${revision} of "${name}".`);
    runs.announce({ type: 'workflows-changed', name });
    return jsonReply(restored);
  },
});
