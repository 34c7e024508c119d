import type { Workflow } from '@unclip-studio/graph-core';
import { BadInput } from './cli/exit-codes.js';
import { readWorkflowFile } from './cli/read-workflow.js';
import { WorkflowError } from './run-workflow.js';

/**
 * Reads a workflow for {@link runWorkflow}.
 *
 * @param file a workflow JSON, a PNG or WebP that contains one, or the name of an example, such as `image-variations`
 * @throws WorkflowError if there is none, or with all problems of its form
 */
export async function readWorkflow(file: string): Promise<Workflow> {
  try {
    return (await readWorkflowFile(file, { cwd: process.cwd(), stdin: process.stdin })).workflow;
  } catch (error) {
    if (error instanceof BadInput) throw new WorkflowError(error.message, { cause: error });
    throw error;
  }
}
