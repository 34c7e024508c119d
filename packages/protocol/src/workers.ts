import { z } from 'zod';
import { count, runId, timestamp } from './fields.js';
import { reason } from './reasons.js';
import { workerExitReason } from './runs.js';
import type { Wire } from './wire.js';

const workerPhase = z.enum(['starting', 'idle', 'busy', 'stopping', 'restarting', 'closed']).meta({
  description: 'stopping: the run was cancelled and continues until its next step; restarting: it ended unexpectedly.',
});
export type WorkerPhase = Wire<typeof workerPhase>;

const workerFields = {
  phase: workerPhase,
  pid: z.int().optional(),
  restarts: count.meta({ description: 'Since the server started, not counting the first start.' }),
  lastExit: z.object({ reason: workerExitReason, detail: z.string(), at: timestamp }).optional(),
  device: z
    .object({
      name: z.string(),
      option: z.string().optional().meta({ description: 'As `--device` takes it, with its number and precision.' }),
      words: z.string(),
    })
    .optional()
    .meta({ description: 'What models run on.' }),
  notice: z
    .object({ words: z.string(), because: reason.optional(), at: timestamp })
    .optional()
    .meta({ description: 'The last time a device failed or memory ran out, and the consequence.' }),
};

const workerStatus = z.object(workerFields).meta({ id: 'WorkerStatus' });
export type WorkerStatus = Wire<typeof workerStatus>;

const workerCheckpoint = z.object({
  name: z.string(),
  identity: z.string().optional().meta({ description: 'Equal for equal checkpoints; left out while it is not known.' }),
});
export type WorkerCheckpoint = Wire<typeof workerCheckpoint>;

const { pid: _, ...withoutPid } = workerFields;

export const workerRecord = z
  .object({
    ...withoutPid,
    id: z.string().meta({ description: "New with every start of the worker; `own`: the server's own." }),
    host: z.string(),
    version: z.string().meta({ description: 'Of unclip-studio.' }),
    slots: z.int().min(1).meta({ description: 'How many runs it evaluates at once.' }),
    runs: z.array(runId).meta({ description: 'The runs that it has.' }),
    startedAt: timestamp,
    freeMemoryBytes: count.optional().meta({ description: 'What its machine could still give to processes.' }),
    checkpoints: z
      .array(workerCheckpoint)
      .optional()
      .meta({ description: "Its checkpoints; left out for the server's own worker, which has those of the server." }),
  })
  .meta({ id: 'Worker', description: 'One process, on this machine or another, that evaluates runs.' });
export type WorkerRecord = Wire<typeof workerRecord>;

export const queueStatus = z
  .object({
    paused: z.boolean().meta({ description: 'By the user; stays so over a restart.' }),
    queued: count,
    running: runId.optional().meta({ description: 'The run that has the worker; of several, the one started first.' }),
    /** Of several workers what holds for them as a whole. */
    worker: workerStatus,
    canTakeWork: z.boolean(),
    reason: z.string().optional().meta({ description: 'Why it cannot, for the user.' }),
  })
  .meta({ id: 'QueueStatus', description: 'Whether the server can execute runs, and its queue.' });
export type QueueStatus = Wire<typeof queueStatus>;
