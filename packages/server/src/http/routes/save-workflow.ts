import { formatWorkflow } from '@unclip-studio/graph-core';
import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { sha256 } from '../schemas/common.js';
import { baseRevision, workflowFile, workflowName, workflowVersion } from '../schemas/workflows.js';
import { takeWorkflow } from '../take-workflow.js';
import { tellConflict } from '../tell-conflict.js';

export const saveWorkflow = defineRoute({
  id: 'saveWorkflow',
  method: 'put',
  path: '/api/workflows/{name}',
  tag: 'workflows',
  summary: 'Save a workflow',
  description:
    'Nothing is lost: a change based on an older revision is refused with 409 and the current state, and every earlier state stays readable. The workflow need not be complete.',
  params: z.object({ name: workflowName }),
  body: z
    .strictObject({
      workflow: workflowFile,
      baseRevision,
      thumbnail: sha256.optional().meta({ description: 'An uploaded picture that shows what it makes.' }),
    })
    .meta({ id: 'SaveWorkflowRequest' }),
  replies: { 200: { description: 'The state that was saved.', schema: workflowVersion } },
  problems: ['conflict', 'invalid-workflow', 'too-large', 'store-full'],
  handle({ params, body }, { config, store, runs, nowMs }) {
    const workflow = takeWorkflow(body.workflow, config.limits.nodes);
    const request = {
      name: params.name,
      baseRevision: body.baseRevision,
      title: workflow.title ?? params.name,
      json: formatWorkflow(workflow),
      ...(body.thumbnail === undefined ? {} : { thumbnail: body.thumbnail }),
    };
    const saved = tellConflict(store, params.name, () => store.workflows.save(request, nowMs()));
    runs.announce({ type: 'workflows-changed', name: params.name });
    return jsonReply(saved);
  },
});
