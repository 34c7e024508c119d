import { basename, extname } from 'node:path';
import { describeDiagnostic, withPackageVersions } from '@unclip-studio/graph-core';
import { prepareRun } from '../../engine/prepared-run.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import { generateModule } from '../generate-module.js';
import { loadPluginCatalog } from '../plugin-catalog.js';
import { readWorkflowFile } from '../read-workflow.js';
import type { CommandContext } from '../terminal.js';
import { writeOut } from '../write-out.js';

/**
 * `unclip gen`: writes a TypeScript module with the workflow as a function.
 *
 * @throws BadInput if the workflow cannot run, or the file is there already
 */
export async function generateFunction(
  { file, outFile, ...folders }: ConfigOf<'gen'>,
  context: CommandContext,
): Promise<number> {
  const { catalog, plugins } = await loadPluginCatalog(folders, context);
  await plugins.close();
  const source = await readWorkflowFile(file, context.io, { ofPlugins: plugins.workflows });
  const { shown } = source;
  // So that the module says which plug-ins it needs.
  const workflow = withPackageVersions(source.workflow, catalog);
  const { plan: planned } = prepareRun(workflow, catalog);
  if (!planned.ok) throw new BadInput(planned.diagnostics.map(describeDiagnostic), `${shown} cannot be run:`);
  const name = file === '-' ? 'workflow' : basename(file, extname(file));
  const text = generateModule(workflow, { plan: planned.value, catalog }, name);
  await writeOut(text, outFile, context);
  return EXIT.done;
}
