import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { SMALL_CHECKPOINT } from './checkpoint-copy.js';
import { randomTensor } from './random-tensor.js';
import { readTensors, safetensorsFile, type TensorBytes } from './safetensors-file.js';
import { torchFile } from './torch-file.js';

type Tensors = Readonly<Record<string, TensorBytes>>;

const HINT_CHANNELS = [4, 8, 8, 8];

function floats(shape: readonly number[], seed: number): TensorBytes {
  const inputs = shape.slice(1).reduce((product, size) => product * size, 1);
  const data = randomTensor(shape, seed).data.map((value) => value / Math.sqrt(inputs));
  return { dtype: 'F32', shape, data: new Uint8Array(data.buffer) };
}

/** A ControlNet of random weights for the smallest checkpoint, as diffusers makes one of its UNet; its zero convolutions are none. */
export function tinyControlNet(seed = 1, changes: object = {}): { readonly config: object; readonly tensors: Tensors } {
  const unet = join(SMALL_CHECKPOINT, 'unet');
  const ofUnet = JSON.parse(readFileSync(join(unet, 'config.json'), 'utf8')) as Readonly<Record<string, unknown>>;
  const { class_embed_type: _, projection_class_embeddings_input_dim: __, up_block_types: ___, ...shared } = ofUnet;
  const copied = Object.entries(readTensors(readFileSync(join(unet, 'diffusion_pytorch_model.safetensors')))).filter(
    ([name]) => /^(?:conv_in|time_embedding|down_blocks|mid_block)\./.test(name),
  );
  const channelsOfLevels = ofUnet['block_out_channels'] as readonly number[];
  const [first = 0, deepest = 0] = [channelsOfLevels.at(0), channelsOfLevels.at(-1)];
  const convolutions: [string, number, number, number][] = [
    ['controlnet_cond_embedding.conv_in', 3, HINT_CHANNELS[0] ?? 0, 3],
    ...HINT_CHANNELS.slice(1).flatMap((channels, i): [string, number, number, number][] => {
      const before = HINT_CHANNELS[i] ?? 0;
      const block = `controlnet_cond_embedding.blocks.`;
      return [
        [`${block}${2 * i}`, before, before, 3],
        [`${block}${2 * i + 1}`, before, channels, 3],
      ];
    }),
    ['controlnet_cond_embedding.conv_out', HINT_CHANNELS.at(-1) ?? 0, first, 3],
    ...skipChannels(ofUnet).map((channels, i): [string, number, number, number] => [
      `controlnet_down_blocks.${i}`,
      channels,
      channels,
      1,
    ]),
    ['controlnet_mid_block', deepest, deepest, 1],
  ];
  const added = convolutions.flatMap(([name, from, to, kernel], i): [string, TensorBytes][] => [
    [`${name}.weight`, floats([to, from, kernel, kernel], 100 * seed + i)],
    [`${name}.bias`, floats([to], 100 * seed + 50 + i)],
  ]);
  return {
    config: {
      ...{ ...shared, _class_name: 'ControlNetModel', conditioning_channels: 3 },
      ...{ conditioning_embedding_out_channels: HINT_CHANNELS, ...changes },
    },
    tensors: Object.fromEntries([...copied, ...added]),
  };
}

/** After the first convolution, each layer and each downsampler. */
function skipChannels(config: Readonly<Record<string, unknown>>): readonly number[] {
  const channels = config['block_out_channels'] as readonly number[];
  const layers = Number(config['layers_per_block']);
  return channels.flatMap((count, level) => {
    const own = Array.from({ length: layers + (level === channels.length - 1 ? 0 : 1) }, () => count);
    return level === 0 ? [count, ...own] : own;
  });
}

export type ControlNetForm = 'folder' | 'diffusers' | 'ldm' | 'prefixed' | 'pickle';

interface WriteOptions {
  readonly form?: ControlNetForm;
  readonly seed?: number;
  readonly changes?: object;
}

/** A folder of models with these ControlNets, which is gone after the tests of the file. */
export function controlNetRoot(nets: Readonly<Record<string, WriteOptions>>): string {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'unclip-test-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, options] of Object.entries(nets)) writeControlNet(root, name, options);
  return root;
}

/** Writes one where a root of models has them. @param name without an ending; a file has its config in a folder of that name */
export function writeControlNet(
  root: string,
  name: string,
  { form = 'folder', seed, changes }: WriteOptions = {},
): void {
  const { config, tensors } = tinyControlNet(seed, changes);
  const folder = join(root, 'controlnet', name);
  mkdirSync(folder, { recursive: true });
  if (form === 'folder') {
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    writeFileSync(join(folder, 'diffusion_pytorch_model.safetensors'), safetensorsFile(tensors));
    return;
  }
  const named = form === 'diffusers' ? tensors : toLdm(tensors, form === 'prefixed' ? 'control_model.' : '');
  const others = form === 'prefixed' ? { 'model.diffusion_model.out.2.bias': floats([4], 9) } : {};
  const all = { ...named, ...others };
  const file = join(dirname(folder), `${name}.${form === 'pickle' ? 'pth' : 'safetensors'}`);
  writeFileSync(file, form === 'pickle' ? torchFile(all) : safetensorsFile(all));
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({ ...config, _class_name: 'a ControlNet beside its file' }),
  );
}

/** With the names of lllyasviel/ControlNet, for one layer a level. */
function toLdm(tensors: Tensors, prefix: string): Tensors {
  const rename = (name: string) =>
    name
      .replace(/^controlnet_cond_embedding\.conv_in\./, 'input_hint_block.0.')
      .replace(
        /^controlnet_cond_embedding\.blocks\.(\d+)\./,
        (_, i: string) => `input_hint_block.${2 * Number(i) + 2}.`,
      )
      .replace(/^controlnet_cond_embedding\.conv_out\./, `input_hint_block.${4 * HINT_CHANNELS.length - 2}.`)
      .replace(/^controlnet_down_blocks\.(\d+)\./, 'zero_convs.$1.0.')
      .replace(/^controlnet_mid_block\./, 'middle_block_out.0.')
      .replace(/^conv_in\./, 'input_blocks.0.0.')
      .replace(/^time_embedding\.linear_(\d)\./, (_, i: string) => `time_embed.${2 * Number(i) - 2}.`)
      .replace(/^mid_block\.resnets\.(\d)\./, (_, i: string) => `middle_block.${2 * Number(i)}.`)
      .replace(/^mid_block\.attentions\.0\./, 'middle_block.1.')
      .replace(/^down_blocks\.(\d)\.resnets\.0\./, (_, level: string) => `input_blocks.${2 * Number(level) + 1}.0.`)
      .replace(/^down_blocks\.(\d)\.attentions\.0\./, (_, level: string) => `input_blocks.${2 * Number(level) + 1}.1.`)
      .replace(
        /^down_blocks\.(\d)\.downsamplers\.0\.conv\./,
        (_, level: string) => `input_blocks.${2 * Number(level) + 2}.0.op.`,
      )
      .replace(/\.conv1\./, '.in_layers.2.')
      .replace(/\.time_emb_proj\./, '.emb_layers.1.')
      .replace(/\.conv2\./, '.out_layers.3.')
      .replace(/\.conv_shortcut\./, '.skip_connection.');
  const isResnet = (name: string) => /^(?:down_blocks\.\d|mid_block)\.resnets\./.test(name);
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const renamed = rename(name);
      // A transformer's norms keep their names.
      const norms = isResnet(name)
        ? renamed.replace(/\.norm1\./, '.in_layers.0.').replace(/\.norm2\./, '.out_layers.0.')
        : renamed;
      return [prefix + norms, tensor];
    }),
  );
}
