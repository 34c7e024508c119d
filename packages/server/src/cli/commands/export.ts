import { exportComfyUi, formatExactJson } from '@unclip-studio/comfyui';
import type { ConfigOf } from '../command-table.js';
import { EXIT } from '../exit-codes.js';
import { readWorkflowFile } from '../read-workflow.js';
import type { CommandContext } from '../terminal.js';
import { writeOut } from '../write-out.js';

/**
 * `unclip export`: says a workflow in ComfyUI's API format, and on standard error what it has no node for.
 *
 * @throws BadInput if the file is no workflow, or the one to write is there already
 */
export async function exportWorkflow({ file, outFile }: ConfigOf<'export'>, context: CommandContext): Promise<number> {
  const { workflow } = await readWorkflowFile(file, context.io);
  const { prompt, left } = exportComfyUi(workflow);
  await writeOut(`${formatExactJson(prompt)}\n`, outFile, context);
  for (const [id, words] of Object.entries(left)) context.terminal.err(`Left out: ${id}. ${words}`);
  return EXIT.done;
}
