import type {
  OutputRecord,
  QueueStatus,
  RunDetail,
  RunError,
  RunForecast,
  RunRecord,
  WorkerStatus,
} from '@unclip-studio/graph-core';
import { z } from 'zod';
import { diagnostic, dimensionPx, expandedNodeId, runId, sha256, timestamp } from './common.js';
import type { Loose } from './loose.js';

export const runState = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']).meta({ id: 'RunState' });

export const priority = z.int().min(-100).max(100).meta({ description: 'Higher goes first.' });

export const outputId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_@~.-]{1,1000}\.\d{1,6}$/, 'expected the id of an output')
  .meta({ description: 'Id of an output: `run.node.index`.' });

export const outputRecord = z
  .object({
    id: outputId,
    runId,
    node: expandedNodeId,
    index: z.int().min(0),
    name: z.string(),
    temporary: z.boolean().meta({ description: 'Made for looking at only.' }),
    mediaType: z.string(),
    widthPx: dimensionPx,
    heightPx: dimensionPx,
    sizeBytes: z.int().min(0),
    sha256,
    createdAt: timestamp,
  })
  .meta({ id: 'Output', description: 'One file that a run made.' }) satisfies z.ZodType<Loose<OutputRecord>>;

const EXIT_REASONS = ['crashed', 'out-of-memory', 'timeout', 'exited', 'lost'] as const;

const runError = z
  .object({
    code: z.enum(['node-failed', 'invalid-workflow', 'disk-full', 'quarantined']),
    message: z.string(),
    node: expandedNodeId.optional(),
    diagnostics: z.array(diagnostic).optional(),
    exit: z.enum([...EXIT_REASONS, 'server-ended']).optional(),
  })
  .meta({ id: 'RunError' }) satisfies z.ZodType<Loose<Omit<RunError, 'diagnostics'>>>;

const runFields = {
  id: runId,
  state: runState,
  workflowName: z.string().optional(),
  title: z.string(),
  createdAt: timestamp,
  startedAt: timestamp.optional(),
  finishedAt: timestamp.optional(),
  priority,
  place: z.int().min(0).optional().meta({ description: 'Place in the queue, 0 being next.' }),
  waitsBecause: z.string().optional().meta({ description: 'Why it waits although there is room.' }),
  attempts: z.int().min(0),
  error: runError.optional(),
  targets: z.array(expandedNodeId),
  retryOf: runId.optional(),
  preview: z.literal(true).optional().meta({ description: 'Only shows what a change would lead to.' }),
  outputs: z.array(outputRecord),
  moreOutputs: z
    .int()
    .min(1)
    .optional()
    .meta({ description: 'How many more there are than a list of runs shows; the run itself lists them all.' }),
};

export const runRecord = z.object(runFields).meta({ id: 'Run' }) satisfies z.ZodType<Omit<Loose<RunRecord>, 'error'>>;

export const runDetail = z
  .object({
    ...runFields,
    nodes: z.record(
      z.string(),
      z.object({
        state: z.enum(['cached', 'running', 'finished', 'failed']),
        durationMs: z.number().min(0).optional(),
        step: z.int().min(0).optional(),
        steps: z.int().min(0).optional(),
      }),
    ),
  })
  .meta({
    id: 'RunDetail',
    description: 'A run with its nodes; those that have not begun are left out.',
  }) satisfies z.ZodType<Omit<Loose<RunDetail>, 'error'>>;

export const workerStatus = z
  .object({
    phase: z.enum(['starting', 'idle', 'busy', 'stopping', 'restarting', 'closed']),
    pid: z.int().optional(),
    restarts: z.int().min(0),
    lastExit: z
      .object({
        reason: z.enum(EXIT_REASONS),
        detail: z.string(),
        at: timestamp,
      })
      .optional(),
    device: z.object({ name: z.string(), words: z.string() }).optional().meta({ description: 'What models run on.' }),
    notice: z
      .object({ words: z.string(), at: timestamp })
      .optional()
      .meta({ description: 'The last time a device failed or memory ran out, and what was done about it.' }),
  })
  .meta({ id: 'WorkerStatus' }) satisfies z.ZodType<Loose<WorkerStatus>>;

export const queueStatus = z
  .object({
    paused: z.boolean(),
    queued: z.int().min(0),
    running: runId.optional(),
    worker: workerStatus,
    canTakeWork: z.boolean(),
    reason: z.string().optional(),
  })
  .meta({ id: 'QueueStatus' }) satisfies z.ZodType<Loose<QueueStatus>>;

export const runForecast = z
  .object({
    nodes: z.array(z.object({ node: expandedNodeId, willRun: z.boolean(), expectedMs: z.number().min(0).optional() })),
    expectedMs: z.number().min(0).optional(),
    peakMemoryBytes: z.int().min(0).optional(),
    cacheKnown: z.boolean(),
  })
  .meta({ id: 'RunForecast' }) satisfies z.ZodType<Loose<RunForecast>>;

/** Answers with one run in the body. */
export const runReply = { description: 'The run.', schema: runRecord };
export const runParams = z.object({ run: runId });
