import { z } from 'zod';
import { nodeId } from './common.js';

/** Values for a workflow's inputs, in a request. */
export const inputValues = z.record(nodeId, z.unknown()).meta({
  propertyNames: { pattern: '^[A-Za-z0-9_-]{1,64}$' },
  description: 'Input -> value. A picture is named by its id (sha256) or by its name in the library.',
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
    value: z.unknown().meta({ description: 'What is used if it is left out.' }),
  })
  .meta({ id: 'WorkflowInput', description: 'Something that a workflow lets be set by name.' });
