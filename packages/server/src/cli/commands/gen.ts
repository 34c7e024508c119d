import { basename, extname } from 'node:path';
import { describeDiagnostic } from '@unclip-studio/graph-core';
import { loadCatalog } from '../../engine/catalog.js';
import { prepareRun } from '../../engine/prepared-run.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import { generateModule } from '../generate-module.js';
import { readWorkflowFile } from '../read-workflow.js';
import type { CommandContext } from '../terminal.js';
import { writeOut } from '../write-out.js';

/**
 * `unclip gen`: writes a TypeScript module with the workflow as a function.
 *
 * @throws BadInput if the workflow cannot run, or the file is there already
 */
export async function generateFunction({ file, outFile }: ConfigOf<'gen'>, context: CommandContext): Promise<number> {
  const { workflow, shown } = await readWorkflowFile(file, context.io);
  const catalog = loadCatalog();
  const { plan: planned } = prepareRun(workflow, catalog);
  if (!planned.ok) throw new BadInput(planned.diagnostics.map(describeDiagnostic), `${shown} cannot be run:`);
  const name = file === '-' ? 'workflow' : basename(file, extname(file));
  const text = generateModule(workflow, { plan: planned.value, catalog }, name);
  await writeOut(text, outFile, context);
  return EXIT.done;
}
