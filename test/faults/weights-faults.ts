import { cutOff, inType, mapTensors, type ShortFloat, type Tensors, zeros } from '../support/float-types.js';
import { copyOfSource, type Edit, SAME, tryCheckpoint } from './checkpoint-facts.js';
import type { KnownFault } from './known-fault.js';

const TEXT = 'text_encoder/model.safetensors';
const VISION = 'image_encoder/model.safetensors';
const UNET = 'unet/diffusion_pytorch_model.safetensors';
export const WEIGHTS: readonly string[] = [
  ...[TEXT, VISION, UNET, 'vae/diffusion_pytorch_model.safetensors'],
  'image_normalizer/diffusion_pytorch_model.safetensors',
];

/** What copies in shorter types must equal. */
export const CUT_TO = { BF16: cutEach(WEIGHTS, 'BF16'), F16: cutEach(WEIGHTS, 'F16') };

/** Weights as people have them, and which copy they must equal: the one left alone unless an edit is named. */
const VARIANTS: Readonly<Record<string, readonly [make: Edit, expected?: Edit]>> = {
  'c05-bf16': [each(WEIGHTS, 'BF16'), CUT_TO.BF16],
  'c06-fp8': [each([UNET], 'F8_E4M3'), cutEach([UNET], 'F8_E4M3')],
  'c06b-fp8-scaled': [eachMatrix(UNET, inType), eachMatrix(UNET, cutOff)],
  'c02-only-fp16': [
    (copy) => {
      each(WEIGHTS, 'F16')(copy);
      for (const file of WEIGHTS) copy.rename(file, variantOf(file, 'fp16'));
    },
    CUT_TO.F16,
  ],
  'c03-both': [
    (copy) => {
      for (const file of WEIGHTS) copy.write(variantOf(file, 'fp16'), copy.bytes(file));
      each(WEIGHTS, 'F32')(copy);
    },
  ],
  'c04-mixed-unet-fp16-only': [(copy) => copy.rename(UNET, variantOf(UNET, 'fp16'))],
  'c04b-bf16-and-fp8-variants-no-full': [
    (copy) => {
      const whole = copy.bytes(UNET);
      for (const [dtype, variant] of [
        ['F8_E4M3', 'fp8'],
        ['BF16', 'bf16'],
      ] as const) {
        copy.write(UNET, whole);
        each([UNET], dtype)(copy);
        copy.rename(UNET, variantOf(UNET, variant));
      }
    },
    cutEach([UNET], 'BF16'),
  ],
  'c05b-only-bf16-named': [
    (copy) => {
      each(WEIGHTS, 'BF16')(copy);
      for (const file of WEIGHTS) copy.rename(file, variantOf(file, 'bf16'));
    },
    CUT_TO.BF16,
  ],
  'c09-position-ids': [
    (copy) => {
      for (const [file, prefix, count] of [
        [VISION, 'vision_model', 17],
        [TEXT, 'text_model', 77],
      ] as const) {
        const ids = new Uint8Array(BigInt64Array.from({ length: count }, (_, i) => BigInt(i)).buffer);
        const added = { [`${prefix}.embeddings.position_ids`]: { dtype: 'I64', shape: [1, count], data: ids } };
        copy.editTensors(file, (tensors) => ({ ...tensors, ...added }));
      }
    },
  ],
  'c09b-text-projection-in-text-encoder': [add(TEXT, { 'text_projection.weight': zeros([40, 40]) })],
  'c09c-full-clip-in-image-encoder': [
    (copy) => {
      add(VISION, {
        ...copy.tensors(TEXT),
        ...{ logit_scale: zeros([]), 'text_projection.weight': zeros([40, 40]) },
      })(copy);
      const nested = {
        ...{ model_type: 'clip', architectures: ['CLIPModel'], projection_dim: 24, logit_scale_init_value: 2.6592 },
        vision_config: { ...copy.json('image_encoder/config.json'), model_type: 'clip_vision_model' },
        text_config: copy.json('text_encoder/config.json'),
      };
      copy.write('image_encoder/config.json', JSON.stringify(nested));
    },
  ],
  'c10-extra-unet-key': [add(UNET, { num_updates: zeros([]) })],
};

export const weightsFaults: readonly KnownFault[] = Object.entries(VARIANTS).map(([name, [make, expected]]) => ({
  ...{ name: `checkpoints/${name}`, right: SAME },
  async attempt(folder) {
    const copy = copyOfSource(folder, name);
    make(copy);
    return tryCheckpoint(copy, expected, folder);
  },
}));

/** `unet/x.safetensors` -> `unet/x.fp16.safetensors` */
export function variantOf(file: string, variant: string): string {
  return file.replace(/\.safetensors$/, `.${variant}.safetensors`);
}

/** All tensors of these files in another type. */
export function each(files: readonly string[], dtype: ShortFloat): Edit {
  return (copy) => {
    for (const file of files)
      copy.editTensors(file, (tensors) => mapTensors(tensors, (tensor) => inType(tensor, dtype)));
  };
}

/** The values of {@link each}, as float32. */
function cutEach(files: readonly string[], dtype: ShortFloat): Edit {
  return (copy) => {
    for (const file of files)
      copy.editTensors(file, (tensors) => mapTensors(tensors, (tensor) => cutOff(tensor, dtype)));
  };
}

/** Only what has several dimensions, as programs that scale do. */
function eachMatrix(file: string, change: typeof cutOff): Edit {
  return (copy) =>
    copy.editTensors(file, (tensors) =>
      mapTensors(tensors, (tensor) => (tensor.shape.length > 1 ? change(tensor, 'F8_E4M3') : tensor)),
    );
}

function add(file: string, added: Tensors): Edit {
  return (copy) => copy.editTensors(file, (tensors) => ({ ...tensors, ...added }));
}
