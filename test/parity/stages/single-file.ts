import { basename, dirname } from 'node:path';
import {
  type CheckpointLayout,
  decodeFloats,
  openSingleFileLayout,
  type StoredTensor,
} from '@unclip-studio/nodes-unclip/testing';
import { localCheckpointFolder } from '@unclip-studio/server';
import { CaseChecks } from '../compare.js';
import { type GoldenTensor, readGoldenSafetensors } from '../golden-safetensors.js';
import type { ParityStage } from '../parity-stage.js';

const PARTS = {
  unet: 'unet/diffusion_pytorch_model.safetensors',
  vae: 'vae/diffusion_pytorch_model.safetensors',
  text_encoder: 'text_encoder/model.safetensors',
  image_encoder: 'image_encoder/model.safetensors',
} as const;

/** A checkpoint in one file: each weight of the folder with equal name, shape and bits, and none besides. */
export const singleFile: ParityStage = {
  stage: 'single_file',
  async run(goldenCase, set) {
    const checks = new CaseChecks(goldenCase, set);
    const path = set.path(String(goldenCase.params['file']));
    const equals = set.path(String(goldenCase.params['equals']));
    const folder = localCheckpointFolder(dirname(path));
    const layout = await openSingleFileLayout(folder, basename(path), { clipMerges: async () => '' });
    for (const [component, file] of Object.entries(PARTS)) {
      const { tensors } = await layout.openTensors({ folder: component, stem: 'model' });
      await compareTensors(checks, component, { layout, tensors, expected: readFolderPart(`${equals}/${file}`) });
    }
    const statistics = await layout.openStatistics();
    const expected = readFolderPart(`${equals}/image_normalizer/diffusion_pytorch_model.safetensors`);
    await compareTensors(checks, 'image_normalizer', { layout, tensors: statistics?.tensors ?? [], expected });
    return checks.result();
  },
};

// Names from before diffusers 0.18, in the attention of the VAE.
const OLD_NAMES: Readonly<Record<string, string>> = {
  query: 'to_q',
  key: 'to_k',
  value: 'to_v',
  proj_attn: 'to_out.0',
};

function readFolderPart(path: string) {
  const tensors = [...readGoldenSafetensors(path)].filter(([name]) => !name.endsWith('position_ids'));
  return new Map(
    tensors.map(([name, tensor]) => [
      name.replace(/(?<=\.attentions\.\d\.)(query|key|value|proj_attn)(?=\.)/, (old) => OLD_NAMES[old] ?? old),
      tensor,
    ]),
  );
}

export async function compareTensors(
  checks: CaseChecks,
  component: string,
  found: {
    readonly layout: Pick<CheckpointLayout, 'read'>;
    readonly tensors: readonly StoredTensor[];
    readonly expected: ReadonlyMap<string, GoldenTensor>;
  },
): Promise<void> {
  const { layout, tensors, expected } = found;
  checks.equal(`${component} names`, tensors.map(({ name }) => name).sort(), [...expected.keys()].sort());
  for (const tensor of tensors) {
    const { dims, data } = expected.get(tensor.name) ?? { dims: [], data: new Float32Array() };
    checks.equal(`${component} ${tensor.name} shape`, tensor.shape, dims);
    checks.values(`${component} ${tensor.name}`, await readValues(layout, tensor), data, 'exact');
  }
}

async function readValues(layout: Pick<CheckpointLayout, 'read'>, tensor: StoredTensor): Promise<Float32Array> {
  const floats = decodeFloats(tensor.dtype, await layout.read(tensor)) ?? new Float32Array();
  const [rows = 0, columns = 0] = tensor.shape;
  if (!tensor.isTransposed) return floats;
  return floats.map((_, i) => floats[(i % columns) * rows + Math.floor(i / columns)] ?? Number.NaN);
}
