import { basename, dirname } from 'node:path';
import { CheckpointError, FORMULATIONS, openCheckpoint } from '@unclip-studio/nodes-unclip';
import {
  type CheckpointLayout,
  COMPONENT_KINDS,
  createFolderLayout,
  openComponent,
  openSingleFileLayout,
  readImageNormalizer,
} from '@unclip-studio/nodes-unclip/testing';
import { localCheckpointFolder, sha256 } from '@unclip-studio/server';
import { CaseChecks } from '../compare.js';
import type { GoldenSet } from '../golden-set.js';
import type { ParityStage } from '../parity-stage.js';
import { openVaeComponent } from './vae-single-file.js';

const OPTIONS = { formulation: FORMULATIONS.cpu, hash: sha256 };

/** Equal content has one identity, regardless of its form on disk; different content has another. */
export const contentIdentity: ParityStage = {
  stage: 'content_identity',
  async run(goldenCase, set) {
    const { level, component, config_of: configOf } = goldenCase.params;
    const paths = (key: string) => goldenCase.params[key] as readonly string[];
    const identify = identifiers(set, String(component), typeof configOf === 'string' ? configOf : undefined)[
      level as 'component' | 'weights' | 'checkpoint'
    ];
    const checks = new CaseChecks(goldenCase, set);
    const same = await Promise.all(paths('same').map(identify));
    checks.equal('same', new Set(same).size, 1);
    // Something that is not such a model at all is rejected, and so never treated as another one.
    const different = await Promise.all(
      paths('different').map((path) =>
        identify(path).catch((error) => {
          if (error instanceof CheckpointError) return `refused: ${error.message}`;
          throw error;
        }),
      ),
    );
    checks.equal('different', new Set([same[0], ...different]).size, 1 + different.length);
    return checks.result();
  },
};

function identifiers(set: GoldenSet, component: string, configOf: string | undefined) {
  const folderOf = (path: string) => localCheckpointFolder(dirname(set.path(path)));
  return {
    async component(path: string): Promise<string> {
      if (path.endsWith('.safetensors')) return (await openVaeComponent(set, path, String(configOf))).identity;
      const layout = createFolderLayout(folderOf(path), 'full');
      const folder = basename(path);
      if (component === 'image_normalizer') {
        const openStatistics = () => layout.openTensors({ folder, stem: 'diffusion_pytorch_model' });
        const [statistics] = (await openStatistics()).tensors;
        const { content } = await readImageNormalizer({ ...layout, openStatistics }, statistics?.shape[1] ?? 0);
        return JSON.stringify(content);
      }
      const config = `${folder}/config.json`;
      const readText = async (wanted: string) => {
        if (configOf === undefined || (await layout.has(config))) return layout.readText(wanted);
        return localCheckpointFolder(set.path(configOf)).readText('config.json');
      };
      return (await openComponent({ ...layout, readText }, { ...kindOf(component), folder }, OPTIONS)).identity;
    },
    async weights(path: string): Promise<string> {
      const configs = createFolderLayout(localCheckpointFolder(set.path('checkpoints/identity/base')), 'full');
      const layout: CheckpointLayout = path.endsWith('.safetensors')
        ? await openSingleFileLayout(folderOf(path), basename(path), { clipMerges: async () => '' })
        : createFolderLayout(localCheckpointFolder(set.path(path)), 'full');
      const parts = COMPONENT_KINDS.map((kind) =>
        openComponent({ ...layout, readText: configs.readText }, kind, OPTIONS),
      );
      return (await Promise.all(parts)).map(({ identity }) => identity).join();
    },
    async checkpoint(path: string): Promise<string> {
      return (await openCheckpoint('golden', localCheckpointFolder(set.path(path)), { hash: sha256 })).identity;
    },
  };
}

function kindOf(component: string) {
  const kind = COMPONENT_KINDS.find(({ folder }) => folder === component);
  if (kind === undefined) throw new Error(`no component "${component}"`);
  return kind;
}
