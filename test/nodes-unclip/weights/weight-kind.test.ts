import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CheckpointError,
  MODEL_FILE_NAMES,
  type ModelFileKind,
  type UnclipServices,
} from '@unclip-studio/nodes-unclip';
import { loadVae } from '@unclip-studio/nodes-unclip/testing';
import { createCheckpointService } from '@unclip-studio/server';
import { describe, expect, test } from 'vitest';
import { SMALL_CHECKPOINT } from '../../support/checkpoint-copy.js';
import { evaluateNode } from '../../support/evaluate-node.js';
import { randomTensor } from '../../support/random-tensor.js';
import { safetensorsFile, safetensorsFromHeader, type TensorBytes } from '../../support/safetensors-file.js';
import { tempFolder } from '../../support/temp-folder.js';

type Shapes = Readonly<Record<string, readonly number[]>>;

/** The first folder that models of each kind lie in. */
const FOLDERS: Readonly<Record<ModelFileKind, string>> = {
  controlnet: 'controlnet',
  upscaler: 'upscale_models',
  vae: 'vae',
  vision: 'clip_vision',
  lora: 'loras',
  'ip-adapter': 'ipadapter',
  embedding: 'embeddings',
  'image-embeds': 'image_embeds',
};
const PLACES = Object.keys(MODEL_FILE_NAMES) as readonly ModelFileKind[];

interface Sample {
  /** The kind of model; not a single model when left out. */
  readonly kind?: ModelFileKind;
  readonly words: string;
  readonly shapes: Shapes;
}

const LORA = { 'lora_unet_x_attn2_to_k.lora_down.weight': [4, 768], 'lora_unet_x_attn2_to_k.lora_up.weight': [8, 4] };
const NET = { 'input_hint_block.0.weight': [4, 3, 3, 3], 'zero_convs.0.0.weight': [4, 4, 1, 1] };
const HINT = {
  'controlnet_cond_embedding.conv_in.weight': [4, 3, 3, 3],
  'down_blocks.0.resnets.0.conv1.weight': [4, 4],
};

/** As far as names and shapes of tensors go, what is found in folders of models. */
const SAMPLES: readonly Sample[] = [
  { kind: 'lora', words: 'a LoRA for Stable Diffusion 1', shapes: LORA },
  {
    kind: 'lora',
    words: 'a LoRA for Stable Diffusion 2',
    shapes: { 'unet.a.attn2.to_k.lora_A.weight': [4, 1024], 'unet.a.attn2.to_k.lora_B.weight': [8, 4] },
  },
  { kind: 'lora', words: 'a LoRA for Stable Diffusion XL', shapes: { ...LORA, 'lora_te2_x.lora_down.weight': [4, 8] } },
  { kind: 'lora', words: 'a LoRA for Flux', shapes: { 'transformer.single_blocks.0.x.lora_A.weight': [4, 8] } },
  { kind: 'controlnet', words: 'a ControlNet', shapes: NET },
  { kind: 'controlnet', words: 'a ControlNet', shapes: HINT },
  {
    kind: 'ip-adapter',
    words: 'an IP-Adapter for Stable Diffusion XL',
    shapes: { 'image_proj.proj.weight': [8, 1280], 'ip_adapter.1.to_k_ip.weight': [8, 2048] },
  },
  {
    kind: 'ip-adapter',
    words: 'an IP-Adapter for Stable Diffusion 1',
    shapes: {
      'image_proj.latents': [1, 4, 8],
      'ip_adapter.1.to_k_ip.weight': [8, 768],
      'ip_adapter.0.to_q_lora.down.weight': [4, 8],
    },
  },
  {
    kind: 'upscaler',
    words: 'an upscaler',
    shapes: { 'conv_first.weight': [4, 3, 3, 3], 'body.0.rdb1.conv1.weight': [4, 4, 3, 3] },
  },
  {
    kind: 'upscaler',
    words: 'an upscaler',
    shapes: { 'model.0.weight': [4, 3, 3, 3], 'model.1.sub.0.RDB1.conv1.0.weight': [4, 4, 3, 3] },
  },
  { kind: 'vae', words: 'a VAE', shapes: { 'decoder.conv_in.weight': [4, 4, 3, 3] } },
  { kind: 'vae', words: 'a VAE', shapes: { 'decoder.layers.0.weight': [4, 4, 3, 3] } },
  { kind: 'vision', words: 'a CLIP image encoder', shapes: { 'vision_model.embeddings.class_embedding': [8] } },
  { kind: 'vision', words: 'a CLIP image encoder', shapes: { 'visual.class_embedding': [8] } },
  { kind: 'embedding', words: 'a textual inversion for Stable Diffusion 1', shapes: { emb_params: [2, 768] } },
  {
    kind: 'embedding',
    words: 'a textual inversion for Stable Diffusion XL',
    shapes: { clip_g: [2, 1280], clip_l: [2, 768] },
  },
  { kind: 'image-embeds', words: 'image embeddings', shapes: { image_embeds: [1, 768] } },
  { words: 'a text encoder', shapes: { 'text_model.embeddings.token_embedding.weight': [9, 8] } },
  {
    words: 'a UNet for Stable Diffusion 2',
    shapes: { 'down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight': [8, 1024] },
  },
  { words: 'a UNet', shapes: { 'model.diffusion_model.out.2.weight': [4, 4, 3, 3] } },
  {
    words: 'a whole checkpoint for Stable Diffusion 1',
    shapes: {
      'cond_stage_model.transformer.text_model.embeddings.token_embedding.weight': [9, 768],
      'model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight': [8, 768],
    },
  },
];

const randomTensors = (shapes: Shapes): Readonly<Record<string, TensorBytes>> =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape], seed) => {
      const { data } = randomTensor(shape, seed + 1);
      return [name, { dtype: 'F32', shape, data: new Uint8Array(data.buffer) }];
    }),
  );

function serviceWith(place: ModelFileKind, bytes: Uint8Array) {
  const root = tempFolder();
  mkdirSync(join(root, FOLDERS[place]));
  writeFileSync(join(root, FOLDERS[place], 'it.safetensors'), bytes);
  return createCheckpointService({ roots: [root] });
}

async function problemOf(place: ModelFileKind, shapes: Shapes): Promise<string> {
  const service = serviceWith(place, safetensorsFile(randomTensors(shapes)));
  // The content of a LoRA is checked when it is applied.
  const used =
    place === 'lora' ? service.openModel('lora', 'it').then((file) => file.modules()) : service.openModel(place, 'it');
  return used.then(
    () => 'none',
    (error: unknown) => {
      expect(error).toBeInstanceOf(CheckpointError);
      return String(error);
    },
  );
}

describe.each(PLACES)('where a file of the kind %s belongs', (place) => {
  test.each(SAMPLES.filter(({ kind }) => kind !== place))(
    '$words is refused by its name',
    async ({ words, shapes }) => {
      const problem = await problemOf(place, shapes);

      expect(problem).toContain(`it.safetensors: expected `);
      expect(problem).toMatch(new RegExp(`, got ${words}\\. `));
    },
  );

  test('one of that kind is not distinguished from itself', async () => {
    for (const { shapes } of SAMPLES.filter(({ kind }) => kind === place)) {
      expect(await problemOf(place, shapes)).not.toMatch(/, got (?:a|an|image) (?!.*not supported)/);
    }
  });
});

describe('a VAE of Stable Diffusion XL, which has the shapes of the others', () => {
  const weights = readFileSync(join(SMALL_CHECKPOINT, 'vae/diffusion_pytorch_model.safetensors'));

  /** What loading it reports. */
  async function told({ metadata, config }: { readonly metadata?: object; readonly config?: object }) {
    const length = Number(weights.readBigUInt64LE(0));
    const header = JSON.parse(weights.subarray(8, 8 + length).toString());
    const text = JSON.stringify({ ...header, ...(metadata && { __metadata__: metadata }) });
    const root = tempFolder();
    mkdirSync(join(root, 'vae'));
    writeFileSync(join(root, 'vae/it.safetensors'), safetensorsFromHeader(text, weights.subarray(8 + length)));
    const own = JSON.parse(readFileSync(join(SMALL_CHECKPOINT, 'vae/config.json'), 'utf8'));
    writeFileSync(join(root, 'vae/it.json'), JSON.stringify({ ...own, ...config }));
    const words: string[] = [];
    const inference = { notice: (text: string) => words.push(text) } as unknown as UnclipServices['inference'];
    const checkpoints = createCheckpointService({ roots: [root] });
    await evaluateNode(loadVae, {}, { file: 'it' }, { inference, checkpoints });
    return words;
  }

  test.each([
    [{ metadata: { 'modelspec.architecture': 'stable-diffusion-xl-v1-base/vae' } }],
    [{ config: { scaling_factor: 0.13025 } }],
  ])('is recognized if it says so: %j', async (file) => {
    const [words, ...others] = await told(file);

    expect(words).toMatch(/^Load VAE: "it" declares that it was made for Stable Diffusion XL; .* wrong colors/);
    expect(others).toEqual([]);
  });

  test.each([[{}], [{ metadata: { 'modelspec.architecture': 'stable-diffusion-v1/vae' } }]])(
    'and no other one is: %j',
    async (file) => {
      expect(await told(file)).toEqual([]);
    },
  );
});
