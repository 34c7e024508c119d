import { crossAttentionsOf, type UnetModel } from '@unclip-studio/nodes-unclip/testing';
import { randomTensor } from './random-tensor.js';
import type { TensorBytes } from './safetensors-file.js';

export interface IpAdapterSizes {
  readonly kind: 'plain' | 'plus';
  /** Of the embedding, or of a token of the image encoder. */
  readonly imageWidth: number;
  readonly seed?: number;
}

/** The tensors of an IP-Adapter with random weights that fits a UNet, as h94/IP-Adapter names them. */
export function ipAdapterTensors(
  { config }: Pick<UnetModel, 'config'>,
  { kind, imageWidth, seed = 1 }: IpAdapterSizes,
): Readonly<Record<string, TensorBytes>> {
  const { crossAttentionDim: cross } = config;
  let next = seed * 1000;
  const random = (...shape: number[]) => bytesOf(shape, randomTensor(shape, ++next).data, shape.at(-1) ?? 1);
  const ones = (width: number) => bytesOf([width], new Float32Array(width).fill(1), 1);
  const norm = (path: string, width: number) => ({ [`${path}.weight`]: ones(width), [`${path}.bias`]: random(width) });
  const attentions = crossAttentionsOf(config).flatMap(({ channels }, i) => [
    [`ip_adapter.${2 * i + 1}.to_k_ip.weight`, random(channels, cross)] as const,
    [`ip_adapter.${2 * i + 1}.to_v_ip.weight`, random(channels, cross)] as const,
  ]);
  const projection =
    kind === 'plain'
      ? {
          ...{ 'proj.weight': random(4 * cross, imageWidth), 'proj.bias': random(4 * cross) },
          ...norm('norm', cross),
        }
      : resampler();
  const named = Object.entries(projection).map(([name, tensor]) => [`image_proj.${name}`, tensor] as const);
  return Object.fromEntries([...named, ...attentions]);

  /** Of 5 tokens and 2 layers. */
  function resampler(): Readonly<Record<string, TensorBytes>> {
    const width = 8;
    const layer = (path: string) => ({
      ...{ ...norm(`${path}.0.norm1`, width), ...norm(`${path}.0.norm2`, width), ...norm(`${path}.1.0`, width) },
      ...{ [`${path}.0.to_q.weight`]: random(64, width), [`${path}.0.to_kv.weight`]: random(128, width) },
      ...{ [`${path}.0.to_out.weight`]: random(width, 64), [`${path}.1.1.weight`]: random(4 * width, width) },
      [`${path}.1.3.weight`]: random(width, 4 * width),
    });
    return {
      ...{ latents: random(1, 5, width), 'proj_in.weight': random(width, imageWidth), 'proj_in.bias': random(width) },
      ...{ ...layer('layers.0'), ...layer('layers.1') },
      ...{ 'proj_out.weight': random(cross, width), 'proj_out.bias': random(cross), ...norm('norm_out', cross) },
    };
  }
}

/** About as large as what comes in, where so many numbers are summed. */
function bytesOf(shape: readonly number[], values: Float32Array, sums: number): TensorBytes {
  const data = values.map((value) => value / Math.sqrt(sums));
  return { dtype: 'F32', shape, data: new Uint8Array(data.buffer) };
}
