import type { ServerEvent } from '@unclip-studio/protocol';
import { jsonReply } from '../reply.js';
import { resolveWorkflow } from '../request-workflow.js';
import type { Handlers } from '../route.js';

export const runHandlers: Handlers<'runs'> = {
  async startRun({ body, headers, client }, server) {
    const workflow = await resolveWorkflow(body, server);
    await server.runs.prepare(workflow, body.targets);
    const key = headers['idempotency-key'];
    const run = server.runs.enqueue({
      workflow,
      clientId: client,
      ...(body.targets === undefined ? {} : { targets: body.targets }),
      ...(body.priority === undefined ? {} : { priority: body.priority }),
      ...(body.preview === true ? { isPreview: true } : {}),
      ...(body.webhook === undefined ? {} : { webhook: body.webhook }),
      ...('workflowName' in body ? { workflowName: body.workflowName } : {}),
      ...(key === undefined ? {} : { idempotencyKey: key }),
    });
    return jsonReply(run, 201, { location: `/api/runs/${run.id}` });
  },

  listRuns({ query: { state, limit, before } }, { runs }) {
    const request = {
      ...(state === undefined ? {} : { states: [state] }),
      ...(limit === undefined ? {} : { limit }),
      ...(before === undefined ? {} : { before }),
    };
    return jsonReply({ runs: runs.list(request) });
  },

  readRun: ({ params }, { runs }) => jsonReply(runs.read(params.run)),

  readRunWorkflow: ({ params }, { runs }) => jsonReply(runs.readWorkflow(params.run)),

  readRunEvents({ params, query }, { runs, events }) {
    // Reports that there is no such run.
    runs.read(params.run);
    const since = events.since(query.since);
    if (since === undefined) return jsonReply({ events: [], complete: false });
    return jsonReply({ events: since.filter((event) => concerns(event, params.run)), complete: true });
  },

  listRunWebhooks({ params }, { runs, store }) {
    // Reports that there is no such run.
    runs.read(params.run);
    const webhooks = store.webhooks.ofRun(params.run).map(({ id, url, state, attempts, answer, nextAt }) => ({
      ...{ id, url, state, attempts },
      ...(answer === null ? {} : { answer }),
      ...(nextAt > 0 ? { nextAttemptAt: new Date(nextAt).toISOString() } : {}),
    }));
    return jsonReply({ webhooks });
  },

  cancelRun: ({ params }, { runs }) => jsonReply(runs.cancel(params.run)),

  async retryRun({ params }, { runs }) {
    await runs.prepare(runs.readWorkflow(params.run), runs.read(params.run).targets);
    return jsonReply(runs.retry(params.run), 201);
  },

  moveRunToFront: ({ params }, { runs }) => jsonReply(runs.moveToFront(params.run)),

  setRunPriority: ({ params, body }, { runs }) => jsonReply(runs.setPriority(params.run, body.priority)),

  async forecastRun({ body }, server) {
    return jsonReply(await server.runs.forecast(await resolveWorkflow(body, server), body.targets));
  },
};

function concerns(event: ServerEvent, runId: string): boolean {
  if ('runId' in event) return event.runId === runId;
  return 'run' in event && event.run.id === runId;
}
