import { join } from 'node:path';
import { describeDiagnostic, fingerprintPlan, planRun } from '@unclip-studio/graph-core';
import { BUNDLED_IMAGES_FOLDER } from '../services/bundled-folders.js';
import { createImageStore } from '../services/image-store.js';
import { createCheckpointService } from '../services/model-files.js';
import { BadInput } from './bad-input.js';
import { EXIT } from './exit-codes.js';
import { createFingerprintEnvironment } from './host.js';
import { findModelFolders } from './model-folders.js';
import { loadCatalog } from './node-catalog.js';
import { readWorkflowFile } from './read-workflow.js';
import type { Terminal } from './terminal.js';

/**
 * `unclip check`: says whether the workflow is valid. Files that it names and this machine lacks are told, but do not
 * make it invalid, since it may run elsewhere.
 *
 * @throws BadInput with all problems found
 */
export async function checkWorkflowFile(
  file: string,
  { models }: { readonly models: readonly string[] },
  terminal: Terminal,
): Promise<number> {
  const modelFolders = findModelFolders(models);
  const [{ workflow, folder, shown }, catalog] = await Promise.all([readWorkflowFile(file), loadCatalog()]);
  const planned = planRun(workflow, catalog);
  if (!planned.ok) throw new BadInput(planned.diagnostics.map(describeDiagnostic), `${shown} is not valid:`);
  const images = createImageStore([folder, join(folder, 'images'), BUNDLED_IMAGES_FOLDER]);
  const checkpoints = createCheckpointService({ roots: modelFolders });
  const found = await fingerprintPlan(planned.value, createFingerprintEnvironment(images, checkpoints));
  const nodes = Object.keys(workflow.nodes).length;
  terminal.out(`${shown} is valid: ${nodes} ${nodes === 1 ? 'node' : 'nodes'}.`);
  if (!found.ok) {
    terminal.err('But it would not run on this machine:');
    for (const problem of found.diagnostics) terminal.err(`- ${describeDiagnostic(problem)}`);
  }
  return EXIT.done;
}
