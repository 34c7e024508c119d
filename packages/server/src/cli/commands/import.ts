import { basename, extname } from 'node:path';
import { ComfyFormatError, type ImportReport, importComfyUi } from '@unclip-studio/comfyui';
import { decodeForeignText, formatWorkflow } from '@unclip-studio/graph-core';
import { isImageFileError } from '../../services/file-errors.js';
import { detectImageFormat } from '../../services/image-format.js';
import { readComfyText } from '../../services/image-text.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import { readInputBytes } from '../read-workflow.js';
import type { CommandContext } from '../terminal.js';
import { writeOut } from '../write-out.js';

/**
 * `unclip import`: turns a workflow of ComfyUI into one of ours, and says on standard error what became of each node.
 *
 * @throws BadInput if the file is none, or the one to write is there already
 */
export async function importWorkflow(
  { file, outFile, json }: ConfigOf<'import'>,
  context: CommandContext,
): Promise<number> {
  const shown = file === '-' ? 'Standard input' : `"${file}"`;
  const title = file === '-' ? undefined : basename(file, extname(file));
  const bytes = await readInputBytes(file, context.io);
  const text = comfyText(bytes, shown);
  const where = detectImageFormat(bytes) === undefined ? shown : `The workflow in ${shown}`;
  const { workflow, report } = convert(text, title, where);
  const written = formatWorkflow(workflow);
  if (!json || outFile !== undefined) await writeOut(written, outFile, context);
  const { terminal } = context;
  if (json) terminal.out(JSON.stringify({ workflow: JSON.parse(written) as unknown, report }));
  else for (const line of reportLines(report)) terminal.err(line);
  return EXIT.done;
}

function convert(text: string, title: string | undefined, where: string) {
  try {
    return importComfyUi(text, title === undefined ? {} : { title });
  } catch (error) {
    if (error instanceof ComfyFormatError) throw new BadInput([`${where}: ${error.message}`]);
    throw error;
  }
}

function comfyText(bytes: Uint8Array, shown: string): string {
  const format = detectImageFormat(bytes);
  if (format === undefined) {
    const text = decodeForeignText(bytes);
    if (text === null)
      throw new BadInput([`${shown} is neither text in UTF-8 or UTF-16 nor an image. Name a workflow of ComfyUI.`]);
    return text;
  }
  try {
    const text = readComfyText(bytes);
    if (text !== undefined) return text;
  } catch (error) {
    if (isImageFileError(error)) throw new BadInput([`${shown} is damaged: ${error.message}. Copy or save it again.`]);
    throw error;
  }
  throw new BadInput([
    `${shown} is an image that contains no ComfyUI workflow. PNGs and WebPs saved by its SaveImage do, and sending ` +
      'them through a chat or an image editor often removes it.',
  ]);
}

const MEANINGS = { exact: 'same', alike: 'like', absorbed: 'part', placeholder: 'MISSING' } as const;

function reportLines({ nodes, problems }: ImportReport): readonly string[] {
  const lines = nodes.map(({ id, type, became, likeness, words }) => {
    const into = became.length === 0 ? 'left out' : became.join(', ');
    return `${MEANINGS[likeness].padEnd(7)}  ${type} (${id}) -> ${into}${words === '' ? '' : `. ${words}`}`;
  });
  const missing = nodes.filter(({ likeness }) => likeness === 'placeholder').length;
  return [...lines, ...problems, sumOf(nodes.length, missing)];
}

function sumOf(count: number, missing: number): string {
  if (count === 0) return 'It has no nodes.';
  if (missing > 0) {
    return `${count - missing} of ${count} nodes have a counterpart; a placeholder keeps what the others said.`;
  }
  return count === 1 ? 'Its node has a counterpart.' : `All ${count} nodes have a counterpart.`;
}
