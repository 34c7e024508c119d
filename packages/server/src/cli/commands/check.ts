import {
  describeDiagnostic,
  describeInputs,
  findNewerPlugins,
  findWarnings,
  migrateNodes,
  type Param,
} from '@unclip-studio/graph-core';
import { createFingerprintEnvironment } from '../../engine/engine.js';
import { prepareRun } from '../../engine/prepared-run.js';
import { createImageStore } from '../../services/image-store.js';
import { createCheckpointService } from '../../services/model-files.js';
import { machineCacheFolder } from '../../services/results/cache-folder.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import { loadPluginCatalog } from '../plugin-catalog.js';
import { imageFoldersOf, readWorkflowFile } from '../read-workflow.js';
import type { CommandContext } from '../terminal.js';
import { describeParam } from './nodes.js';

/**
 * `unclip check`: says whether the workflow is valid. Files that it names and that are missing on this machine are
 * reported, but do not make it invalid, since it may run elsewhere.
 *
 * @throws BadInput with all problems found
 */
export async function checkWorkflowFile(
  { file, modelFolders, pickles, maxImagePixels: maxPixels, ...folders }: ConfigOf<'check'>,
  { io, terminal }: CommandContext,
): Promise<number> {
  const { catalog, plugins } = await loadPluginCatalog(folders, { terminal });
  await plugins.close();
  const { workflow: given, folder, shown } = await readWorkflowFile(file, io, { ofPlugins: plugins.workflows });
  const workflow = migrateNodes(given, catalog);
  const run = prepareRun(workflow, catalog);
  if (!run.plan.ok) {
    const problems = [...findNewerPlugins(workflow, catalog), ...run.plan.diagnostics];
    throw new BadInput(problems.map(describeDiagnostic), `${shown} is not valid:`);
  }
  const images = createImageStore(imageFoldersOf(folder, io), { maxPixels });
  const checkpoints = createCheckpointService({ roots: modelFolders, cacheFolder: machineCacheFolder(io), pickles });
  const found = await run.fingerprint(createFingerprintEnvironment(images, checkpoints));
  const nodes = Object.keys(workflow.nodes).length;
  const planned = run.plan.value.nodes.length;
  const more = planned === nodes ? '' : `, which run as ${planned}`;
  terminal.out(`${shown} is valid: ${nodes} ${nodes === 1 ? 'node' : 'nodes'}${more}.`);
  for (const { name, label, param, value } of describeInputs(workflow, catalog)) {
    const words = label === name ? '' : ` (${label})`;
    terminal.out(`Input ${name}${words}: ${describeParam({ ...param, default: value } as Param)}`);
  }
  for (const warning of findWarnings(workflow, catalog)) terminal.err(`Warning: ${describeDiagnostic(warning)}`);
  if (!found.ok) {
    terminal.err('But it would not run on this machine:');
    for (const problem of found.diagnostics) terminal.err(`- ${describeDiagnostic(problem)}`);
  }
  return EXIT.done;
}
