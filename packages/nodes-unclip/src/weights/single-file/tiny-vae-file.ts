import type { JsonObject } from '../../json-object.js';
import { fileProblems } from '../checkpoint-error.js';
import type { StoredTensor, TensorFile } from '../stored-tensor.js';
import type { ComponentForm } from './component-file.js';
import type { Shapes } from './shapes.js';

type Part = 'encoder' | 'decoder';

/** How the layers of a TAESD are named in a file. */
interface Naming {
  /** The prefix of the number of a layer; `null` if the part is not in the file. */
  readonly prefixes: Readonly<Record<Part, string | null>>;
  /** The number of the decoder's first convolution; in diffusers it is 0. */
  readonly decoderStart: number;
}

const DIFFUSERS: Naming = { prefixes: { encoder: 'encoder.layers.', decoder: 'decoder.layers.' }, decoderStart: 0 };
// The decoder's list of layers begins with a clamp, which has no weights.
const ORIGINAL: Naming = { prefixes: { encoder: 'taesd_encoder.', decoder: 'taesd_decoder.' }, decoderStart: 1 };
const DECODER_ALONE: Naming = { prefixes: { encoder: null, decoder: '' }, decoderStart: 1 };

/**
 * The format of a TAESD in one file: with diffusers' names, with those of its authors (ComfyUI joins their two files
 * under `taesd_encoder.` and `taesd_decoder.`), or the authors' file of the decoder alone.
 *
 * @returns `undefined` if it is neither
 * @see madebyollin/taesd, taesd.py; diffusers 0.42.1, models/autoencoders/vae.py, EncoderTiny and DecoderTiny
 */
export function findTinyVaeForm({ header: { tensors } }: TensorFile): TinyVaeForm | undefined {
  const naming = [DIFFUSERS, ORIGINAL, DECODER_ALONE].find(
    ({ prefixes: { decoder }, decoderStart }) =>
      tensors.has(`${decoder}${decoderStart}.weight`) && tensors.has(`${decoder}${decoderStart + 2}.conv.0.weight`),
  );
  if (naming === undefined) return undefined;
  const { prefixes, decoderStart } = naming;
  return {
    prefix: '',
    hasEncoder: prefixes.encoder !== null && tensors.has(`${prefixes.encoder}0.weight`),
    latentChannels: tensors.get(`${prefixes.decoder}${decoderStart}.weight`)?.shape[1] ?? 0,
    rename: (own) => own.map((tensor) => renamed(tensor, naming)),
    deriveConfig: (shapes) => deriveConfig(shapes, naming),
  };
}

export interface TinyVaeForm extends ComponentForm {
  readonly hasEncoder: boolean;
  readonly latentChannels: number;
}

/**
 * The form of a TAESD for previews, which need its decoder alone.
 *
 * @throws CheckpointError if the file holds none
 */
export function previewDecoderForm(file: TensorFile): ComponentForm {
  const form = findTinyVaeForm(file);
  if (form !== undefined) return form;
  const problem = 'expected the tensors of a TAESD, such as "decoder.layers.0.weight" or "1.weight", got none';
  throw fileProblems(file.path, [problem], {
    fault: 'wrong-kind',
    cure: 'Get taesd_decoder.safetensors from madebyollin/taesd',
  });
}

function renamed(tensor: StoredTensor, naming: Naming): StoredTensor {
  const at = layerOf(tensor.name, naming);
  return at === undefined ? tensor : { ...tensor, name: `${at.part}.layers.${at.layer}.${at.rest}` };
}

interface LayerName {
  readonly part: Part;
  /** As diffusers counts. */
  readonly layer: number;
  /** Such as `conv.0.weight`. */
  readonly rest: string;
}

function layerOf(name: string, { prefixes, decoderStart }: Naming): LayerName | undefined {
  for (const part of ['encoder', 'decoder'] as const) {
    const prefix = prefixes[part];
    if (prefix === null || !name.startsWith(prefix)) continue;
    const [, number, rest] = /^(\d+)\.(.+)$/.exec(name.slice(prefix.length)) ?? [];
    if (number === undefined || rest === undefined) continue;
    return { part, layer: Number(number) - (part === 'decoder' ? decoderStart : 0), rest };
  }
  return undefined;
}

interface Level {
  readonly channels: number;
  readonly blocks: number;
}

/**
 * Convolutions between the blocks separate the levels: each but the first begins one of the encoder, each ends one of
 * the decoder.
 */
function deriveConfig(shapes: Shapes, naming: Naming): JsonObject {
  const decoder = layersOf('decoder', shapes, naming);
  const [first, ...ends] = decoder.convolutions;
  const decoderLevels = ends.map(({ layer, inChannels }, i): Level => {
    const start = (i === 0 ? first?.layer : ends[i - 1]?.layer) ?? 0;
    return { channels: inChannels, blocks: decoder.blocksBetween(start, layer) };
  });
  const encoder = layersOf('encoder', shapes, naming);
  const encoderLevels = encoder.convolutions.slice(0, -1).map(({ layer, outChannels }, i): Level => {
    const end = encoder.convolutions[i + 1]?.layer ?? layer;
    return { channels: outChannels, blocks: encoder.blocksBetween(layer, end) };
  });
  // Without an encoder, its config is the reverse of the decoder's, as in all published ones.
  const encoding = encoderLevels.length > 0 ? encoderLevels : decoderLevels.toReversed();
  return {
    _class_name: 'AutoencoderTiny',
    in_channels: encoder.convolutions[0]?.inChannels ?? 3,
    out_channels: ends.at(-1)?.outChannels ?? 3,
    latent_channels: first?.inChannels ?? 0,
    encoder_block_out_channels: encoding.map(({ channels }) => channels),
    num_encoder_blocks: encoding.map(({ blocks }) => blocks),
    decoder_block_out_channels: decoderLevels.map(({ channels }) => channels),
    num_decoder_blocks: decoderLevels.map(({ blocks }) => blocks),
  };
}

function layersOf(part: Part, shapes: Shapes, naming: Naming) {
  const named = shapes.names().flatMap((name) => {
    const at = layerOf(name, naming);
    return at?.part === part ? [{ ...at, name }] : [];
  });
  const convolutions = named
    .filter(({ rest }) => rest === 'weight')
    .map(({ layer, name }) => ({ layer, outChannels: shapes.dim(name, 0), inChannels: shapes.dim(name, 1) }))
    .sort((a, b) => a.layer - b.layer);
  const blocks = named.filter(({ rest }) => rest === 'conv.0.weight').map(({ layer }) => layer);
  return {
    convolutions,
    blocksBetween: (start: number, end: number) => blocks.filter((layer) => layer > start && layer < end).length,
  };
}
