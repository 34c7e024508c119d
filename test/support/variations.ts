import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createCatalog,
  createOutputCache,
  describeDiagnostic,
  executeRun,
  fingerprintPlan,
  parseWorkflow,
  planRun,
  setParam,
  type Workflow,
} from '@unclip-studio/graph-core';
import { type RgbImage, unclipNodes } from '@unclip-studio/nodes-unclip';
import { createHost, createImageStore } from '@unclip-studio/server';

export const REPOSITORY = new URL('../..', import.meta.url).pathname;

/** One setting of a node: `noise.noiseLevel` -> 0. */
export type Settings = Readonly<Record<string, string | number>>;

export interface VariationMaker {
  /** The finished pictures of `workflows/image-variations.json` under these settings. */
  make(settings: Settings): Promise<readonly RgbImage[]>;
  close(): Promise<void>;
}

const catalog = createCatalog(unclipNodes);

/**
 * Runs the bundled workflow in this process, with all that the command line uses.
 *
 * @param modelFolders where other checkpoints than the bundled one are looked for
 */
export function variationMaker(outFolder: string, modelFolders: readonly string[] = []): VariationMaker {
  const text = readFileSync(join(REPOSITORY, 'workflows/image-variations.json'), 'utf8');
  const host = createHost({
    images: createImageStore([join(REPOSITORY, 'workflows/images')]),
    modelFolders: [...modelFolders, join(REPOSITORY, 'models')],
    outFolder,
    workflowText: text,
  });
  const cache = createOutputCache({ maxBytes: 64 * 1024 * 1024 });
  return {
    async make(settings) {
      const plan = planRun(withSettings(parsed(text), settings), catalog, ['decode']);
      if (!plan.ok) throw new Error(plan.diagnostics.map(describeDiagnostic).join('\n'));
      const fingerprinted = await fingerprintPlan(plan.value, host.environment);
      if (!fingerprinted.ok) throw new Error(fingerprinted.diagnostics.map(describeDiagnostic).join('\n'));
      const failures: string[] = [];
      const { values } = await executeRun({
        plan: fingerprinted.value,
        services: host.services,
        cache,
        signal: new AbortController().signal,
        now: () => performance.now(),
        onEvent: (event) => {
          if (event.type === 'node-failed') failures.push(`${event.node}: ${event.message}`);
        },
      });
      if (failures.length > 0) throw new Error(failures.join('\n'));
      return values.get('decode')?.['image'] as readonly RgbImage[];
    },
    close: () => host.close(),
  };
}

function parsed(text: string): Workflow {
  const result = parseWorkflow(text);
  if (!result.ok) throw new Error(result.diagnostics.map(describeDiagnostic).join('\n'));
  return result.value;
}

function withSettings(workflow: Workflow, settings: Settings): Workflow {
  return Object.entries(settings).reduce((changed, [path, value]) => {
    const [node = '', param = ''] = path.split('.');
    return setParam(changed, node, param, value);
  }, workflow);
}
