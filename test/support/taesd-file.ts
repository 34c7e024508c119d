import { randomTensor } from './random-tensor.js';
import { float32Bytes, type TensorBytes } from './safetensors-file.js';

export interface TaesdSizes {
  readonly channels: number;
  /** Residual blocks of each level of the decoder, from the smallest maps to the largest; the encoder has them the other way round. */
  readonly blocks: readonly number[];
}

const SMALL: TaesdSizes = { channels: 8, blocks: [2, 1, 1, 1] };

/** The tensors of a TAESD with random numbers, as its makers name them: encoder and decoder in a file each. */
export function taesdTensors({ channels, blocks }: TaesdSizes = SMALL): {
  readonly encoder: Readonly<Record<string, TensorBytes>>;
  readonly decoder: Readonly<Record<string, TensorBytes>>;
} {
  const decoder = new Layers(1);
  decoder.convolution(channels, 4, true);
  decoder.skip();
  blocks.forEach((count, level) => {
    const isLast = level === blocks.length - 1;
    for (let block = 0; block < count; block++) decoder.block(channels);
    if (!isLast) decoder.skip();
    decoder.convolution(isLast ? 3 : channels, channels, isLast);
  });
  const encoder = new Layers(0);
  blocks.toReversed().forEach((count, level) => {
    encoder.convolution(channels, level === 0 ? 3 : channels, level === 0);
    for (let block = 0; block < count; block++) encoder.block(channels);
  });
  encoder.convolution(4, channels, true);
  return { encoder: encoder.tensors, decoder: decoder.tensors };
}

/** The same as diffusers names them, in one file. */
export function taesdOfDiffusers(sizes?: TaesdSizes): Readonly<Record<string, TensorBytes>> {
  const { encoder, decoder } = taesdTensors(sizes);
  const layer = (name: string, less: number) => name.replace(/^\d+/, (number) => `${Number(number) - less}`);
  return Object.fromEntries([
    ...Object.entries(encoder).map(([name, one]) => [`encoder.layers.${name}`, one]),
    ...Object.entries(decoder).map(([name, one]) => [`decoder.layers.${layer(name, 1)}`, one]),
  ]);
}

/** Counts the members of an nn.Sequential. */
class Layers {
  readonly tensors: Record<string, TensorBytes> = {};
  #next: number;

  constructor(first: number) {
    this.#next = first;
  }

  /** One without weights. */
  skip(): void {
    this.#next++;
  }

  convolution(outChannels: number, inChannels: number, hasBias: boolean): void {
    this.#convolution(`${this.#next++}`, { outChannels, inChannels, hasBias });
  }

  block(channels: number): void {
    const layer = this.#next++;
    for (const part of [0, 2, 4]) {
      this.#convolution(`${layer}.conv.${part}`, { outChannels: channels, inChannels: channels, hasBias: true });
    }
  }

  #convolution(
    path: string,
    {
      outChannels,
      inChannels,
      hasBias,
    }: { readonly outChannels: number; readonly inChannels: number; readonly hasBias: boolean },
  ): void {
    this.#add(`${path}.weight`, [outChannels, inChannels, 3, 3]);
    if (hasBias) this.#add(`${path}.bias`, [outChannels]);
  }

  #add(name: string, shape: readonly number[]): void {
    const { data } = randomTensor(shape, Object.keys(this.tensors).length + 1);
    // As large as initial weights usually are, so that the image is neither of one color nor clipped everywhere.
    const scale = shape.length === 1 ? 0.1 : 1 / Math.sqrt((shape[1] ?? 1) * 9);
    this.tensors[name] = { dtype: 'F32', shape, data: float32Bytes([...data].map((value) => value * scale)) };
  }
}
