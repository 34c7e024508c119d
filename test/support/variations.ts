import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeDiagnostic, parseWorkflow, setParam, type Workflow } from '@unclip-studio/graph-core';
import type { RgbImage } from '@unclip-studio/nodes-unclip';
import { createEngine, createImageStore, createOutputStore, loadCatalog, prepareRun } from '@unclip-studio/server';

export const REPOSITORY = new URL('../..', import.meta.url).pathname;

/** One setting of a node: `noise.noiseLevel` -> 0. */
export type Settings = Readonly<Record<string, string | number>>;

export interface VariationMaker {
  /** The finished images of `workflows/image-variations.json` under these settings. */
  make(settings: Settings): Promise<readonly RgbImage[]>;
  close(): Promise<void>;
}

const catalog = loadCatalog();

/**
 * Runs the bundled workflow in this process, with all that the command line uses.
 *
 * @param modelFolders where other checkpoints than the bundled one are looked for
 */
export function variationMaker(outFolder: string, modelFolders: readonly string[] = []): VariationMaker {
  const text = readFileSync(join(REPOSITORY, 'workflows/image-variations.json'), 'utf8');
  const images = createImageStore([join(REPOSITORY, 'workflows/images')]);
  const outputs = createOutputStore({ folder: outFolder, workflowText: text });
  const engine = createEngine({
    modelFolders: [...modelFolders, join(REPOSITORY, 'models')],
    cacheBytes: 64 * 1024 * 1024,
  });
  return {
    async make(settings) {
      const run = prepareRun(withSettings(parsed(text), settings), catalog, { ids: ['decode'] });
      const plan = await engine.fingerprint(run, images);
      if (!plan.ok) throw new Error(plan.diagnostics.map(describeDiagnostic).join('\n'));
      const failures: string[] = [];
      const { values } = await engine.run({
        ...{ plan: plan.value, images, outputs },
        onEvent: (event) => {
          if (event.type === 'node-failed') failures.push(`${event.node}: ${event.message}`);
        },
      });
      if (failures.length > 0) throw new Error(failures.join('\n'));
      return values.get('decode')?.['image'] as readonly RgbImage[];
    },
    close: () => engine.close(),
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
