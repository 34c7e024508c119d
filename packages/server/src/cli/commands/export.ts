import { exportText } from '@unclip-studio/comfyui';
import type { ConfigOf } from '../command-table.js';
import { EXIT } from '../exit-codes.js';
import { readWorkflowFile } from '../read-workflow.js';
import type { CommandContext } from '../terminal.js';
import { writeOut } from '../write-out.js';

/**
 * `unclip export`: writes a workflow in one of ComfyUI's formats, and to standard error what ComfyUI has no node for.
 *
 * @throws BadInput if the file is not a workflow, or the output file already exists
 */
export async function exportWorkflow(
  { file, outFile, page }: ConfigOf<'export'>,
  context: CommandContext,
): Promise<number> {
  const { workflow } = await readWorkflowFile(file, context.io);
  const { text, left } = exportText(workflow, page ? 'page' : 'api');
  await writeOut(`${text}\n`, outFile, context);
  for (const [id, words] of Object.entries(left)) context.terminal.err(`Left out: ${id}. ${words}`);
  return EXIT.done;
}
