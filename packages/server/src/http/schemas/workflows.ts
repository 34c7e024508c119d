import { z } from 'zod';
import type { WorkflowVersion } from '../../store/workflows-table.js';
import { label, sha256, timestamp } from './common.js';
import type { Loose } from './loose.js';

/**
 * A workflow file in a request. Only its outermost form is checked here: `readWorkflow` does the rest, with words that
 * name the node, and keeps what this version does not know.
 */
export const workflowFile = z
  .custom<unknown>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
    error: 'expected a workflow, as in {"format": "unclip-workflow", "version": 1, "nodes": {}}',
  })
  .meta({ id: 'Workflow', description: 'A workflow file.', type: 'object', additionalProperties: true });

// In an address these are steps of the path, even when they are escaped.
const PATH_STEPS: ReadonlySet<string> = new Set(['.', '..']);

export const workflowName = label
  .refine((name) => !PATH_STEPS.has(name), 'expected a name other than "." and ".."')
  .meta({ description: 'The name under which a workflow is saved.' });

// Far beyond any number of saves; said so that the document says it too.
const MAX_REVISION = 1e9;

const revision = z.int().min(1).max(MAX_REVISION).meta({ description: 'Rises by one with each save.' });

export const baseRevision = z
  .int()
  .min(0)
  .max(MAX_REVISION)
  .meta({ description: 'The revision on which the change is based; 0 for a name that is not in use.' });

const versionFields = {
  name: z.string(),
  revision,
  title: z.string(),
  thumbnail: sha256.optional(),
  savedAt: timestamp,
};

export const workflowVersion = z.object(versionFields).meta({ id: 'WorkflowVersion' }) satisfies z.ZodType<
  Loose<WorkflowVersion>
>;

export const savedWorkflow = z
  .object({ ...versionFields, workflow: workflowFile })
  .meta({ id: 'SavedWorkflow', description: 'One saved state with the workflow itself.' });
