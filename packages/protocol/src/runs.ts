import { z } from 'zod';
import { diagnostic } from './diagnostics.js';
import { count, dimensionPx, expandedNodeId, outputId, runId, sha256, timestamp } from './fields.js';
import { reason } from './reasons.js';
import type { Wire } from './wire.js';

const runOutcome = z.enum(['succeeded', 'failed', 'cancelled']);
export type RunOutcome = Wire<typeof runOutcome>;

/** `queued` and `running` are active states; the others are final, and a run gets exactly one of them. */
export const runState = z.enum(['queued', 'running', ...runOutcome.options]).meta({ id: 'RunState' });
export type RunState = Wire<typeof runState>;

export const priority = z.int().min(-100).max(100).meta({ description: 'Higher goes first.' });

/** One file that a run made and the server keeps. Listed only once its bytes are safe on disk. */
export const outputRecord = z
  .object({
    id: outputId,
    runId,
    node: expandedNodeId,
    index: count.meta({ description: 'Position among the files that the node made in this run, from 0.' }),
    name: z.string().meta({ description: 'What the user calls it; a label, never a path.' }),
    temporary: z.boolean().meta({ description: 'Made for looking at only.' }),
    mediaType: z.string(),
    widthPx: dimensionPx,
    heightPx: dimensionPx,
    sizeBytes: count,
    sha256: sha256.meta({
      description: 'Of the bytes: equal hashes are equal files, so an address with it can be cached for ever.',
    }),
    createdAt: timestamp,
  })
  .meta({ id: 'Output', description: 'One file that a run made.' });
export type OutputRecord = Wire<typeof outputRecord>;

/**
 * How a worker can end unexpectedly; `lost`: one on another machine has stopped reporting; `device-lost`: the device
 * that models run on is gone, such as after its driver was reset.
 */
export const workerExitReason = z.enum(['crashed', 'out-of-memory', 'timeout', 'exited', 'lost', 'device-lost']);
export type WorkerExitReason = Wire<typeof workerExitReason>;

const runErrorCode = z.enum(['node-failed', 'invalid-workflow', 'disk-full', 'quarantined']).meta({
  description:
    'invalid-workflow: a file or node type that it needs has gone since it was queued; quarantined: each attempt lost ' +
    'its worker or its server, so the run is not started again by itself.',
});

const runError = z
  .object({
    code: runErrorCode,
    message: z.string().meta({ description: 'One sentence or more for the user.' }),
    because: reason.optional().meta({ description: 'What `message` says, as data.' }),
    node: expandedNodeId
      .optional()
      .meta({ description: 'The node that failed, or the one that was running when the worker was lost.' }),
    diagnostics: z.array(diagnostic).optional(),
    exit: z
      .enum([...workerExitReason.options, 'server-ended'])
      .optional()
      .meta({ description: 'How the last attempt ended, if the run is quarantined.' }),
  })
  .meta({ id: 'RunError' });
export type RunError = Wire<typeof runError>;

const runWarning = z
  .object({
    message: z.string().meta({ description: 'One sentence or more for the user.' }),
    diagnostic: diagnostic
      .optional()
      .meta({ description: 'Its location and subject, if it was found in the workflow.' }),
    because: reason.optional(),
  })
  .meta({ id: 'RunWarning', description: 'The run continues, but probably does something other than intended.' });
export type RunWarning = Wire<typeof runWarning>;

const runFields = {
  id: runId,
  state: runState,
  workflowName: z
    .string()
    .optional()
    .meta({ description: 'The name under which the workflow is saved, if it was started by it.' }),
  title: z.string(),
  createdAt: timestamp,
  startedAt: timestamp.optional(),
  finishedAt: timestamp.optional(),
  priority,
  place: count.optional().meta({ description: 'Position in the queue, 0 being next; only while queued.' }),
  waitsBecause: z.string().optional().meta({ description: 'Why it waits although there is room; only while queued.' }),
  attempts: count.meta({ description: 'How often the run was started; 0 while it has never left the queue.' }),
  error: runError.optional(),
  warnings: z
    .array(runWarning)
    .optional()
    .meta({
      description:
        'Left out if there are none. Those found in the workflow are known once it is queued, those of its nodes once it ' +
        'has ended; nodes whose results were kept do not warn again.',
    }),
  targets: z.array(expandedNodeId).meta({ description: "The requested nodes; empty: the workflow's own targets." }),
  retryOf: runId.optional().meta({ description: 'The run which this one repeats.' }),
  preview: z.literal(true).optional().meta({ description: 'Only a preview of a change; lists of runs leave it out.' }),
  outputs: z.array(outputRecord),
  moreOutputs: z
    .int()
    .min(1)
    .optional()
    .meta({ description: 'How many more there are than a list of runs shows; the run itself lists them all.' }),
};

/** A run as lists and events show it. */
export const runRecord = z.object(runFields).meta({ id: 'Run' });
export type RunRecord = Wire<typeof runRecord>;

const nodeStatus = z.object({
  state: z.enum(['cached', 'running', 'finished', 'failed']),
  durationMs: z.number().min(0).optional(),
  step: count.optional(),
  steps: count.optional(),
});
export type NodeStatus = Wire<typeof nodeStatus>;

export const runDetail = z
  .object({ ...runFields, nodes: z.record(z.string(), nodeStatus) })
  .meta({ id: 'RunDetail', description: 'A run with its nodes; those that have not started are left out.' });
export type RunDetail = Wire<typeof runDetail>;

/** What a run would do if it were started now. */
export const runForecast = z
  .object({
    nodes: z
      .array(z.object({ node: expandedNodeId, willRun: z.boolean(), expectedMs: z.number().min(0).optional() }))
      .meta({ description: 'In the order of evaluation. `expectedMs` is left out where no such node was ever timed.' }),
    expectedMs: z
      .number()
      .min(0)
      .optional()
      .meta({ description: 'Of all nodes that will run; left out if one of them is unknown.' }),
    peakMemoryBytes: count
      .optional()
      .meta({ description: 'What the models that will run take at the most, estimated; left out if none will.' }),
    cacheKnown: z.boolean().meta({
      description: 'False: the worker was too busy to report its cache, so every node counts as to be run.',
    }),
  })
  .meta({ id: 'RunForecast' });
export type RunForecast = Wire<typeof runForecast>;
