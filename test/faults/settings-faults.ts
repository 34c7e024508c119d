import type { CheckpointCopy } from '../support/checkpoint-copy.js';
import { copyOfSource, type Edit, SAME, tryCheckpoint } from './checkpoint-facts.js';
import type { KnownFault } from './known-fault.js';

const UNET = 'unet/config.json';
const VAE = 'vae/config.json';
const PREPROCESS = 'feature_extractor/preprocessor_config.json';
const SCHEDULER = 'scheduler/scheduler_config.json';
const TOKENIZER = 'tokenizer/tokenizer_config.json';
const SIDE = 48;

/** All that a UNet of this kind cannot do without; the rest are diffusers' defaults. */
const MINIMAL = [
  ...['_class_name', 'attention_head_dim', 'block_out_channels', 'class_embed_type', 'cross_attention_dim'],
  ...['down_block_types', 'layers_per_block', 'norm_num_groups', 'projection_class_embeddings_input_dim'],
  ...['sample_size', 'up_block_types', 'use_linear_projection'],
];

/** Real-world configs, and their expected result if it differs from that of the unchanged ones. */
const VARIANTS: Readonly<Record<string, readonly [make: Edit, right?: RegExp]>> = {
  'c16a-only-cross-attention-list': [set(UNET, { only_cross_attention: [false, false, false, false] })],
  'c16b-transformer-layers-list': [set(UNET, { transformer_layers_per_block: [1, 1, 1, 1] })],
  'c16c-layers-per-block-list': [set(UNET, { layers_per_block: [1, 1, 1, 1] })],
  'c16d-act-swish': [set(UNET, { act_fn: 'swish' })],
  'c16e-cross-dim-list': [set(UNET, { cross_attention_dim: [40, 40, 40, 40] })],
  'c16f-sample-size-list': [set(UNET, { sample_size: [12, 12] })],
  // It affects the image; its output is compared with diffusers together with the other options of the UNet.
  'c16g-time-act': [
    set(UNET, { time_embedding_act_fn: 'silu' }),
    /^opens, but these differ: unet \(latents\), settings$/,
  ],
  'c16h-minimal-unet-config': [only(UNET, MINIMAL)],
  'c16i-vae-latents-mean': [set(VAE, { latents_mean: [0, 0, 0, 0], latents_std: [1, 1, 1, 1] })],
  'c16j-vae-no-scaling': [set(VAE, { scaling_factor: undefined })],
  // As if it were left out; diffusers opens it, and fails when it decodes.
  'c16k-vae-scaling-null': [set(VAE, { scaling_factor: null })],
  'c18a-preproc-old': [
    (copy) => {
      const gone = ['image_processor_type', 'do_rescale', 'rescale_factor'];
      set(PREPROCESS, {
        ...Object.fromEntries(gone.map((key) => [key, undefined])),
        ...{ feature_extractor_type: 'CLIPFeatureExtractor', size: SIDE, crop_size: SIDE },
      })(copy);
    },
  ],
  'c18b-preproc-hw': [set(PREPROCESS, { size: { height: SIDE, width: SIDE } })],
  'c18c-preproc-extra': [
    set(PREPROCESS, {
      ...{ image_processor_type: 'CLIPImageProcessorFast', default_to_square: false, data_format: 'channels_first' },
      ...{ input_data_format: null, device: null, disable_grouping: null, return_tensors: null },
      ...{ pad_size: null, do_pad: null },
    }),
  ],
  'c18d-preproc-nomean': [
    (copy) =>
      copy.write(
        PREPROCESS,
        JSON.stringify({ size: { shortest_edge: SIDE }, crop_size: { height: SIDE, width: SIDE } }),
      ),
  ],
  'c19a-no-special-map': [(copy) => copy.remove('tokenizer/special_tokens_map.json')],
  'c19b-maxlen-huge': [
    (copy) =>
      copy.write(
        TOKENIZER,
        copy.text(TOKENIZER).replace(/"model_max_length":77/, '"model_max_length":1000000000000000019884624838656'),
      ),
  ],
  'c19c-only-tokenizer-json': [onlyTokenizerJson],
  'c19d-crlf-merges': [
    (copy) => copy.write('tokenizer/merges.txt', copy.text('tokenizer/merges.txt').replaceAll('\n', '\r\n')),
  ],
  'c20a-no-model-index': [(copy) => copy.remove('model_index.json')],
  'c20b-null-feature-extractor': [
    (copy) => {
      set('model_index.json', { feature_extractor: [null, null] })(copy);
      copy.remove('feature_extractor');
    },
    // diffusers opens it, and cannot encode an image without one.
    /^refused: .*feature_extractor is missing/,
  ],
  'c20c-no-noising': [
    (copy) => {
      set('model_index.json', { image_noising_scheduler: undefined })(copy);
      copy.remove('image_noising_scheduler');
    },
    // diffusers: "Pipeline ... expected {..., 'image_noising_scheduler'}".
    /^refused: .*image_noising_scheduler is missing/,
  ],
  'c20d-bom-config': [
    (copy) => {
      for (const file of [UNET, SCHEDULER]) copy.write(file, `\uFEFF${copy.text(file)}`);
    },
  ],
  'c20e-nan-config': [begin(SCHEDULER, '"dynamic_thresholding_ratio": NaN')],
  'c20f-infinity-config': [begin(SCHEDULER, '"lambda_min_clipped": -Infinity, "sample_max_value": Infinity')],
};

export const settingsFaults: readonly KnownFault[] = Object.entries(VARIANTS).map(([name, [make, right = SAME]]) => ({
  ...{ name: `checkpoints/${name}`, right },
  async attempt(folder) {
    const copy = copyOfSource(folder, name);
    make(copy);
    return tryCheckpoint(copy, undefined, folder);
  },
}));

/** What transformers 5 leaves of a tokenizer. */
export function onlyTokenizerJson(copy: CheckpointCopy): void {
  for (const file of ['vocab.json', 'merges.txt', 'special_tokens_map.json']) copy.remove(`tokenizer/${file}`);
}

/** A key that is set to `undefined` is taken out. */
function set(file: string, change: Readonly<Record<string, unknown>>): Edit {
  return (copy) => copy.editJson(file, change);
}

function only(file: string, keys: readonly string[]): Edit {
  return (copy) => {
    const kept = Object.entries(copy.json(file)).filter(([key]) => keys.includes(key));
    copy.write(file, JSON.stringify(Object.fromEntries(kept)));
  };
}

/** Puts text that only Python takes for JSON first in an object. */
function begin(file: string, entries: string): Edit {
  return (copy) => copy.write(file, copy.text(file).replace('{', `{${entries},`));
}
