import { describeDiagnostic, describeInputs, fingerprintPlan, type Param, planRun } from '@unclip-studio/graph-core';
import { createImageStore } from '../services/image-store.js';
import { createCheckpointService } from '../services/model-files.js';
import { machineCacheFolder } from '../services/results/cache-folder.js';
import { BadInput } from './bad-input.js';
import { EXIT } from './exit-codes.js';
import { createFingerprintEnvironment } from './host.js';
import { readMaxPixels } from './memory.js';
import { findModelFolders } from './model-folders.js';
import { loadCatalog } from './node-catalog.js';
import { describeParam } from './nodes.js';
import { imageFoldersOf, readWorkflowFile } from './read-workflow.js';
import type { CommandContext } from './terminal.js';

/**
 * `unclip check`: says whether the workflow is valid. Files that it names and this machine lacks are told, but do not
 * make it invalid, since it may run elsewhere.
 *
 * @throws BadInput with all problems found
 */
export async function checkWorkflowFile(
  file: string,
  { models, maxMegapixels }: { readonly models: readonly string[]; readonly maxMegapixels?: string },
  { io, terminal }: CommandContext,
): Promise<number> {
  const modelFolders = findModelFolders(models, io);
  const maxPixels = readMaxPixels(maxMegapixels);
  const [{ workflow, folder, shown }, catalog] = await Promise.all([readWorkflowFile(file, io), loadCatalog()]);
  const planned = planRun(workflow, catalog);
  if (!planned.ok) throw new BadInput(planned.diagnostics.map(describeDiagnostic), `${shown} is not valid:`);
  const images = createImageStore(imageFoldersOf(folder, io), { maxPixels });
  const checkpoints = createCheckpointService({ roots: modelFolders, cacheFolder: machineCacheFolder(io) });
  const found = await fingerprintPlan(planned.value, createFingerprintEnvironment(images, checkpoints));
  const nodes = Object.keys(workflow.nodes).length;
  const more = planned.value.nodes.length === nodes ? '' : `, which run as ${planned.value.nodes.length}`;
  terminal.out(`${shown} is valid: ${nodes} ${nodes === 1 ? 'node' : 'nodes'}${more}.`);
  for (const { name, label, param, value } of describeInputs(workflow, catalog)) {
    const words = label === name ? '' : ` (${label})`;
    terminal.out(`Input ${name}${words}: ${describeParam({ ...param, default: value } as Param)}`);
  }
  if (!found.ok) {
    terminal.err('But it would not run on this machine:');
    for (const problem of found.diagnostics) terminal.err(`- ${describeDiagnostic(problem)}`);
  }
  return EXIT.done;
}
