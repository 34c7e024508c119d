import type { WorkerRecord } from '@unclip-studio/graph-core';
import { z } from 'zod';
import { runId, timestamp } from './common.js';
import type { Loose } from './loose.js';
import { workerStatus } from './runs.js';

export const workerRecord = workerStatus
  .omit({ pid: true })
  .extend({
    id: z.string().meta({ description: "New with every start of the worker; `own`: the server's own." }),
    host: z.string(),
    version: z.string(),
    slots: z.int().min(1).meta({ description: 'How many runs it evaluates at once.' }),
    runs: z.array(runId).meta({ description: 'The runs that it has.' }),
    startedAt: timestamp,
    freeMemoryBytes: z.int().min(0).optional(),
    checkpoints: z
      .array(z.object({ name: z.string(), identity: z.string().optional() }))
      .optional()
      .meta({ description: "The checkpoints it holds; left out for the server's own, whose are those of the server." }),
  })
  .meta({
    id: 'Worker',
    description: 'One process, on this machine or another, that evaluates runs.',
  }) satisfies z.ZodType<Loose<WorkerRecord>>;
