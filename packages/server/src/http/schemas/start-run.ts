import { z } from 'zod';
import { expandedNodeId, nodeId } from './common.js';
import { priority } from './runs.js';
import { inputValues } from './workflow-inputs.js';
import { workflowFile, workflowName } from './workflows.js';

const MAX_TARGETS = 1000;

// The document's generator has no words for keys of its own.
const NAMES = { propertyNames: { pattern: '^[A-Za-z0-9_-]{1,64}$' } };

const sharedFields = {
  params: z
    .record(nodeId, z.record(nodeId, z.unknown()).meta(NAMES))
    .optional()
    .meta({
      ...NAMES,
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
const preview = z
  .boolean()
  .optional()
  .meta({ description: 'The run only shows what a change would lead to: the queue panel leaves it out.' });
const startFields = { ...sharedFields, priority: priority.optional(), preview };

const sources = [{ workflow: workflowFile }, { workflowName }, { template: workflowName }] as const;

const ONE_SOURCE = 'expected exactly one of "workflow", "workflowName" and "template", and no unknown key';

/** A workflow, or the name of one, with what to change in it. */
export const forecastBody = z
  .union(
    [
      z.strictObject({ ...sources[0], ...sharedFields }),
      z.strictObject({ ...sources[1], ...sharedFields }),
      z.strictObject({ ...sources[2], ...sharedFields }),
    ],
    { error: ONE_SOURCE },
  )
  .meta({ id: 'ForecastRequest' });

export const startRunBody = z
  .union(
    [
      z.strictObject({ ...sources[0], ...startFields }),
      z.strictObject({ ...sources[1], ...startFields }),
      z.strictObject({ ...sources[2], ...startFields }),
    ],
    { error: ONE_SOURCE },
  )
  .meta({ id: 'StartRunRequest' });

/** What is to be set of a workflow that the address names. */
export const startWorkflowRunBody = z
  .strictObject({ inputs: inputValues.optional(), priority: priority.optional() })
  .meta({ id: 'StartWorkflowRunRequest' });

export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'expected 1 to 200 visible ASCII characters')
  .optional()
  .meta({ description: 'The same key with the same body starts nothing twice: the first run is given back.' });
