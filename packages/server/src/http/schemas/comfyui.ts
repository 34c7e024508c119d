import { z } from 'zod';
import { workflowFile } from './workflows.js';

const mappedNode = z.object({
  id: z.string().meta({ description: 'Of the ComfyUI node.' }),
  type: z.string(),
  became: z.array(z.string()).meta({ description: 'Ids of the nodes here that stand for it.' }),
  likeness: z.enum(['exact', 'alike', 'absorbed', 'placeholder']).meta({
    description:
      'exact: the same data; alike: the same meaning, other numbers; absorbed: a part of another node; placeholder: no ' +
      'counterpart, what it says is kept.',
  }),
  words: z.string().meta({ description: 'What is different or missing, and what to do; may be empty.' }),
});

export const importedWorkflow = z
  .object({
    workflow: workflowFile,
    report: z.object({ format: z.enum(['ui', 'api']), nodes: z.array(mappedNode), problems: z.array(z.string()) }),
  })
  .meta({ id: 'ImportedWorkflow' });

export const exportedPrompt = z
  .object({
    text: z.string().meta({ description: 'JSON whose whole numbers may be larger than a double holds exactly.' }),
    left: z.record(z.string(), z.string()).meta({ description: 'Node -> what ComfyUI has no words for.' }),
  })
  .meta({ id: 'ExportedPrompt' });
