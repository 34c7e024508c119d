import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../support/variations.js';

/** Public files with workflows of the Stable Diffusion 1, 2 and unCLIP family that use nodes of ComfyUI itself only. */
interface WorkflowSource {
  /** On GitHub: owner/name. */
  readonly repository: string;
  readonly commit: string;
  /** JSON files, or images that carry a page, a prompt or both. */
  readonly paths: readonly string[];
}

export function sourcesOf(): readonly WorkflowSource[] {
  const path = join(REPOSITORY, 'test/comfyui/corpus/public-workflows.json');
  return JSON.parse(readFileSync(path, 'utf8')) as readonly WorkflowSource[];
}
