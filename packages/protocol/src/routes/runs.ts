import { z } from 'zod';
import { serverEvent } from '../events.js';
import { count, expandedNodeId, nodeId, queryInteger, runId, timestamp } from '../fields.js';
import { MAX_PAGE, MAX_TARGETS, MAX_WEBHOOK_CHARACTERS } from '../limits.js';
import type { RouteTable } from '../route.js';
import { priority, runDetail, runForecast, runRecord, runState } from '../runs.js';
import type { Wire } from '../wire.js';
import { inputValues, NODE_ID_KEYS, workflowFile, workflowName } from '../workflows.js';

/** Why no run is started, whichever request was to start it. */
export const START_ERRORS = [
  'invalid-workflow',
  'licence-not-accepted',
  'queue-full',
  'unavailable',
  'store-full',
] as const;

const sharedFields = {
  params: z
    .record(nodeId, z.record(nodeId, z.unknown()).meta(NODE_ID_KEYS))
    .optional()
    .meta({
      ...NODE_ID_KEYS,
      description: 'Params to change before the run: node -> param -> value.',
      example: { photo: { image: 'heart.png' } },
    }),
  inputs: inputValues.optional(),
  targets: z
    .array(expandedNodeId)
    .max(MAX_TARGETS)
    .optional()
    .meta({ description: "Left out: the workflow's own targets." }),
};
/** Of requests that start a run. */
export const webhookAddress = z
  .url({ protocol: /^https?$/, error: 'expected an address with http:// or https://' })
  .max(MAX_WEBHOOK_CHARACTERS)
  .meta({
    description: 'Is sent a signed POST when the run has ended; see docs/SERVICE.md.',
    example: 'https://example.com/hook',
  });

const startFields = {
  ...sharedFields,
  priority: priority.optional(),
  webhook: webhookAddress.optional(),
  preview: z
    .boolean()
    .optional()
    .meta({ description: 'The run only shows what a change would lead to: the queue panel leaves it out.' }),
};

const sources = [{ workflow: workflowFile }, { workflowName }, { template: workflowName }] as const;

const ONE_SOURCE = 'expected exactly one of "workflow", "workflowName" and "template", and no unknown key';

const forecastBody = z
  .union(
    [
      z.strictObject({ ...sources[0], ...sharedFields }),
      z.strictObject({ ...sources[1], ...sharedFields }),
      z.strictObject({ ...sources[2], ...sharedFields }),
    ],
    { error: ONE_SOURCE },
  )
  .meta({ id: 'ForecastRequest' });

const startRunBody = z
  .union(
    [
      z.strictObject({ ...sources[0], ...startFields }),
      z.strictObject({ ...sources[1], ...startFields }),
      z.strictObject({ ...sources[2], ...startFields }),
    ],
    { error: ONE_SOURCE },
  )
  .meta({ id: 'StartRunRequest' });

/** Of requests that start a run. */
export const startHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'expected 1 to 200 visible ASCII characters')
    .optional()
    .meta({ description: 'The same key with the same body starts nothing twice: the first run is given back.' }),
});

const webhookDelivery = z
  .object({
    id: z.string().meta({ description: 'The header webhook-id of each attempt.' }),
    url: z.string(),
    state: z.enum(['waiting', 'delivered', 'failed']).meta({
      description: 'waiting: for the end of the run, or for the next attempt; failed: no further attempt is made.',
    }),
    attempts: count,
    answer: z.string().optional().meta({ description: 'What became of the last attempt.', example: 'status 500' }),
    nextAttemptAt: timestamp.optional(),
  })
  .meta({ id: 'WebhookDelivery', description: 'A webhook: an address that is notified of the end of a run.' });
export type WebhookDelivery = Wire<typeof webhookDelivery>;

const runParams = z.object({ run: runId });
const theRun = { description: 'The run.', schema: runRecord };

export const runRoutes = {
  startRun: {
    method: 'post',
    path: '/api/runs',
    summary: 'Queue a run',
    description: 'Of a workflow in the body, of a saved one by its name, or of a template; with inputs and params set.',
    headers: startHeaders,
    body: startRunBody,
    answers: { 201: { description: 'The queued run; it is on the disk.', schema: runRecord } },
    errors: ['not-found', 'conflict', 'too-large', ...START_ERRORS],
  },
  listRuns: {
    method: 'get',
    path: '/api/runs',
    summary: 'Runs, newest first',
    query: z.strictObject({
      state: runState.optional(),
      limit: queryInteger(1, MAX_PAGE).optional(),
      before: runId.optional().meta({ description: 'List those created before this run.' }),
    }),
    answers: { 200: { description: 'The runs.', schema: z.object({ runs: z.array(runRecord) }) } },
  },
  readRun: {
    method: 'get',
    path: '/api/runs/{run}',
    summary: 'One run with its nodes',
    params: runParams,
    answers: { 200: { description: 'The run.', schema: runDetail } },
    errors: ['not-found'],
  },
  readRunWorkflow: {
    method: 'get',
    path: '/api/runs/{run}/workflow',
    summary: 'The workflow that a run ran, exactly as it was queued',
    params: runParams,
    answers: { 200: { description: 'The workflow.', schema: workflowFile } },
    errors: ['not-found'],
  },
  readRunEvents: {
    method: 'get',
    path: '/api/runs/{run}/events',
    summary: 'What happened in a run, as far as its events are still kept',
    params: runParams,
    query: z.strictObject({
      since: queryInteger(0, Number.MAX_SAFE_INTEGER)
        .default(0)
        .meta({ description: 'List the events after this seq.' }),
    }),
    answers: {
      200: {
        description: 'The events.',
        schema: z.object({
          events: z.array(serverEvent),
          complete: z.boolean().meta({ description: 'False: events after `since` are no longer kept; read the run.' }),
        }),
      },
    },
    errors: ['not-found'],
  },
  listRunWebhooks: {
    method: 'get',
    path: '/api/runs/{run}/webhooks',
    summary: 'The webhooks of a run, and how they answered',
    params: runParams,
    answers: {
      200: { description: 'The addresses.', schema: z.object({ webhooks: z.array(webhookDelivery) }) },
    },
    errors: ['not-found'],
  },
  cancelRun: {
    method: 'post',
    path: '/api/runs/{run}/cancel',
    summary: 'Cancel a run; one that has ended stays as it is',
    params: runParams,
    answers: { 200: theRun },
    errors: ['not-found', 'store-full'],
  },
  retryRun: {
    method: 'post',
    path: '/api/runs/{run}/retry',
    summary: 'Queue the workflow of a finished run again',
    params: runParams,
    answers: { 201: theRun },
    errors: ['not-found', 'conflict', ...START_ERRORS],
  },
  moveRunToFront: {
    method: 'post',
    path: '/api/runs/{run}/front',
    summary: 'Make a queued run the next one',
    params: runParams,
    answers: { 200: theRun },
    errors: ['not-found', 'conflict', 'store-full'],
  },
  setRunPriority: {
    method: 'put',
    path: '/api/runs/{run}/priority',
    summary: 'Change the priority of a queued run',
    params: runParams,
    body: z.strictObject({ priority }).meta({ id: 'PriorityRequest' }),
    answers: { 200: theRun },
    errors: ['not-found', 'conflict', 'store-full'],
  },
  forecastRun: {
    method: 'post',
    path: '/api/forecast',
    summary: 'Say which nodes would run, and for how long, without running anything',
    body: forecastBody,
    answers: { 200: { description: 'The forecast.', schema: runForecast } },
    errors: ['not-found', 'too-large', 'invalid-workflow'],
  },
} as const satisfies RouteTable;
