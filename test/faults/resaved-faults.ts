import { dirname } from 'node:path';
import type { CheckpointCopy } from '../support/checkpoint-copy.js';
import { splitIntoShards } from '../support/shards.js';
import { copyOfSource, SAME, tryCheckpoint } from './checkpoint-facts.js';
import type { KnownFault } from './known-fault.js';
import { onlyTokenizerJson } from './settings-faults.js';
import { CUT_TO, each, variantOf, WEIGHTS } from './weights-faults.js';

interface Saving {
  readonly dtype?: 'F16' | 'BF16';
  /** `save_pretrained(variant=...)` */
  readonly variant?: string;
  /** Whether `max_shard_size` is below the size of the weights. */
  readonly sharded?: boolean;
}

const SAVINGS: Readonly<Record<string, Saving>> = {
  'e01-resaved-fp32': {},
  'e02-resaved-sharded': { sharded: true },
  'e03-resaved-variant-fp16': { dtype: 'F16', variant: 'fp16' },
  'e04-resaved-variant-fp16-sharded': { dtype: 'F16', variant: 'fp16', sharded: true },
  'e05-resaved-bf16': { dtype: 'BF16' },
  'e06-resaved-variant-bf16': { dtype: 'BF16', variant: 'bf16' },
};

/** Checkpoints that `save_pretrained` of diffusers 0.42.1 and transformers 5.23 writes. */
export const resavedFaults: readonly KnownFault[] = Object.entries(SAVINGS).map(([name, saving]) => ({
  ...{ name: `checkpoints/${name}`, right: SAME },
  async attempt(folder) {
    const copy = copyOfSource(folder, name);
    saveAgain(copy, saving);
    return tryCheckpoint(copy, saving.dtype && CUT_TO[saving.dtype], folder);
  },
}));

function saveAgain(copy: CheckpointCopy, { dtype, variant, sharded = false }: Saving): void {
  saveTexts(copy);
  if (dtype !== undefined) each(WEIGHTS, dtype)(copy);
  for (const file of WEIGHTS) {
    const component = dirname(file);
    const stem = file.slice(component.length + 1, -'.safetensors'.length);
    // Two statistics are never too large.
    if (sharded && component !== 'image_normalizer') splitIntoShards(copy, component, stem, variant);
    else if (variant !== undefined) copy.rename(file, variantOf(file, variant));
  }
}

/** What their texts say that the source's do not. */
function saveTexts(copy: CheckpointCopy): void {
  onlyTokenizerJson(copy);
  const tokens = {
    ...{ bos_token: '<|startoftext|>', eos_token: '<|endoftext|>', unk_token: '<|endoftext|>', pad_token: '!' },
    ...{ add_prefix_space: false, backend: 'tokenizers', do_lower_case: true, errors: 'replace', is_local: true },
    ...{ model_max_length: 77, tokenizer_class: 'CLIPTokenizer' },
  };
  copy.write('tokenizer/tokenizer_config.json', JSON.stringify(tokens, null, 2));
  copy.editJson('feature_extractor/preprocessor_config.json', {
    ...{ data_format: 'channels_first', default_to_square: false, feature_extractor_type: undefined },
    ...{ image_processor_type: 'CLIPImageProcessor', resample: 3 },
  });
  copy.editJson('model_index.json', {
    ...{ _diffusers_version: '0.42.1', feature_extractor: ['transformers', 'CLIPImageProcessor'] },
    image_normalizer: ['stable_diffusion', 'StableUnCLIPImageNormalizer'],
  });
}
