import { exportComfyUi, formatExactJson } from '@unclip-studio/nodes-unclip';
import { writeNewFile } from '../services/write-new-file.js';
import { BadInput } from './bad-input.js';
import { EXIT } from './exit-codes.js';
import { readWorkflowFile } from './read-workflow.js';
import type { Terminal } from './terminal.js';

/**
 * `unclip export`: says a workflow in ComfyUI's API format, and on standard error what it has no node for.
 *
 * @throws BadInput if the file is no workflow, or the one to write is there already
 */
export async function exportWorkflow(
  file: string,
  { out }: { readonly out?: string },
  terminal: Terminal,
): Promise<number> {
  const { workflow } = await readWorkflowFile(file);
  const { prompt, left } = exportComfyUi(workflow);
  const text = `${formatExactJson(prompt)}\n`;
  if (out === undefined) terminal.out(text.trimEnd());
  else if (!(await writeNewFile(out, Buffer.from(text)))) {
    throw new BadInput([`"${out}" is there already. Delete it first, or choose another with --out.`]);
  }
  for (const [id, words] of Object.entries(left)) terminal.err(`Left out: ${id}. ${words}`);
  return EXIT.done;
}
