import { z } from 'zod';
import { label, nodeId, sha256, timestamp } from './fields.js';
import { problem } from './problems.js';
import type { Wire } from './wire.js';

/**
 * A workflow file in a request or an answer. Only its outermost form is checked here: `readWorkflow` of graph-core does
 * the rest, with words that name the node, and keeps what this version does not know.
 */
export const workflowFile = z
  .custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
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
  thumbnail: sha256.optional().meta({ description: 'A stored image that shows what the workflow makes.' }),
  savedAt: timestamp,
};

export const workflowVersion = z
  .object(versionFields)
  .meta({ id: 'WorkflowVersion', description: 'One saved state of a workflow, without the workflow itself.' });
export type WorkflowVersion = Wire<typeof workflowVersion>;

export const savedWorkflow = z
  .object({ ...versionFields, workflow: workflowFile })
  .meta({ id: 'SavedWorkflow', description: 'One saved state with the workflow itself.' });
export type SavedWorkflow = Wire<typeof savedWorkflow>;

/** What a save gets that is based on an older revision, so that the client can merge without asking again. */
export const revisionConflict = problem
  .extend({
    currentRevision: baseRevision.meta({ description: 'The newest revision; 0 if the workflow was deleted.' }),
    current: savedWorkflow.optional().meta({ description: 'Left out if the workflow was deleted.' }),
  })
  .meta({ id: 'RevisionConflict', description: 'A change based on an older revision was refused.' });
export type RevisionConflict = Wire<typeof revisionConflict>;

// The document's generator has no way to describe additional keys.
export const NODE_ID_KEYS = { propertyNames: { pattern: '^[A-Za-z0-9_-]{1,64}$' } };

/** Values for a workflow's inputs, in a request. */
export const inputValues = z.record(nodeId, z.unknown()).meta({
  ...NODE_ID_KEYS,
  description: 'Input -> value. An image is named by its id (sha256) or by its name in the library.',
  example: { photo: 'red-heart.png' },
});

export const workflowInput = z
  .object({
    name: nodeId,
    label: z.string(),
    help: z.string(),
    to: z.array(z.string()).meta({ description: 'The params that get the value.', example: ['photo.image'] }),
    param: z
      .looseObject({ kind: z.string().meta({ example: 'image' }) })
      .meta({ description: 'Kind and limits of the value, as in the definitions of the nodes.' }),
    value: z.unknown().meta({ description: 'The default if it is left out.' }),
  })
  .meta({ id: 'WorkflowInput', description: 'Something that a workflow lets be set by name.' });
