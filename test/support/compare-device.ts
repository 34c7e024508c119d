import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Feeds, type ModelRequest, tensor } from '@unclip-studio/nodes-unclip';
import { requireUnclip, TorchGenerator } from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, type Device, openLocalCheckpoint, openLocalPrior } from '@unclip-studio/server';
import { timeMs } from './measure.js';

/** The largest difference of a stage on a device from the CPU, of the CPU's largest value. */
export interface StageDifference {
  readonly checkpoint: string;
  readonly stage: string;
  readonly difference: number;
  /** Of a second run on the device. */
  readonly ms: number;
}

/** Folders by name. */
export interface CheckpointFolders {
  readonly checkpoints: Readonly<Record<string, string>>;
  readonly priors?: Readonly<Record<string, string>>;
}

export interface DeviceParity {
  readonly formulation: string;
  /** Why it was taken. */
  readonly words: string;
  readonly stages: readonly StageDifference[];
  readonly notices: readonly string[];
}

/**
 * Runs every model of checkpoints on a device and on the CPU.
 *
 * @param folders of the bundled checkpoint and of those among the golden files when left out
 */
export async function compareDevice(device: Device, folders: CheckpointFolders = ownFolders()): Promise<DeviceParity> {
  const notices: string[] = [];
  const onDevice = createOrtSessions({ device, onNotice: (words) => notices.push(words) });
  const onCpu = createOrtSessions();
  const stages: StageDifference[] = [];
  const compare = async (checkpoint: string, stage: string, model: ModelRequest, feeds: Feeds) => {
    const [found, expected] = [await onDevice.run(model, feeds), await onCpu.run(model, feeds)];
    const ms = await timeMs(() => onDevice.run(model, feeds));
    for (const [output, values] of Object.entries(expected)) {
      const largest = values.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const off = values.data.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (found[output]?.data[i] ?? Number.NaN))),
        0,
      );
      stages.push({ checkpoint, stage, difference: off / largest, ms });
    }
  };
  for (const [name, folder] of Object.entries(folders.checkpoints)) await compareCheckpoint(name, folder, compare);
  for (const [name, folder] of Object.entries(folders.priors ?? {})) await comparePrior(name, folder, compare);
  await Promise.all([onDevice.close(), onCpu.close()]);
  return { formulation: device.formulation.name, words: device.words, stages, notices };
}

type Compare = (checkpoint: string, stage: string, model: ModelRequest, feeds: Feeds) => Promise<void>;

function ownFolders(): CheckpointFolders {
  const golden = fileURLToPath(new URL('../../test/golden/checkpoints', import.meta.url));
  const bundled = join(fileURLToPath(new URL('../../models', import.meta.url)), 'emoji-unclip');
  return {
    checkpoints: {
      'emoji-unclip': bundled,
      'tiny-unclip-h': join(golden, 'tiny-unclip-h'),
      'tiny-unclip-l': join(golden, 'tiny-unclip-l'),
    },
    priors: { 'tiny-karlo-prior': join(golden, 'tiny-karlo-prior'), 'emoji-unclip': bundled },
  };
}

async function compareCheckpoint(name: string, folder: string, compare: Compare): Promise<void> {
  const checkpoint = requireUnclip(await openLocalCheckpoint(name, folder));
  const { unet, vision } = checkpoint;
  const { channels } = unet.latents;
  const side = 8;
  await compare(name, 'CLIP vision', checkpoint.vision.request(), {
    pixel_values: random([1, 3, vision.config.imageSize, vision.config.imageSize]),
  });
  const ids = checkpoint.text.tokenizer.encodePadded('a red heart').ids;
  await compare(name, 'CLIP text', checkpoint.text.request(), {
    input_ids: { dtype: 'int64', dims: [1, ids.length], data: BigInt64Array.from(ids, BigInt) },
  });
  await compare(name, 'UNet', checkpoint.unet.request({ n: 2, h: side, w: side, t: ids.length }), {
    sample: random([2, channels, side, side]),
    timestep: tensor([1], Float32Array.of(500)),
    encoder_hidden_states: random([2, ids.length, unet.config.crossAttentionDim]),
    class_labels: random([2, 2 * vision.embeds.width]),
  });
  await compare(name, 'VAE decoder', checkpoint.vae.decoder({ n: 1, h: side, w: side }), {
    latent: random([1, channels, side, side]),
  });
  const sidePx = side * checkpoint.unet.latents.pixelsPerCell;
  await compare(name, 'VAE encoder', checkpoint.vae.encoder({ n: 1, heightPx: sidePx, widthPx: sidePx }), {
    pixels: random([1, 3, sidePx, sidePx]),
  });
}

async function comparePrior(name: string, folder: string, compare: Compare): Promise<void> {
  const prior = await openLocalPrior(name, folder);
  const { ids } = prior.tokenizer.encodePadded('a red heart');
  const t = ids.length;
  const { embeddingDim } = prior.prior;
  await compare(name, 'prior text', prior.textModel(), {
    input_ids: { dtype: 'int64', dims: [1, t], data: BigInt64Array.from(ids, BigInt) },
    pool_positions: { dtype: 'int64', dims: [1, 1], data: BigInt64Array.of(4n) },
  });
  await compare(name, 'prior', prior.priorModel({ n: 1 }), {
    hidden_states: random([1, embeddingDim]),
    timestep: tensor([1], Float32Array.of(500)),
    proj_embedding: random([1, embeddingDim]),
    encoder_hidden_states: random([1, t, embeddingDim]),
    attention_mask: tensor([1, t], new Float32Array(t).fill(1)),
  });
}

function random(dims: readonly number[]) {
  const size = dims.reduce((product, dim) => product * dim, 1);
  return tensor(dims, Float32Array.from(new TorchGenerator(size).randn(size)));
}
