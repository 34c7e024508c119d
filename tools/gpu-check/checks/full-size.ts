import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ModelRequest, tensor } from '@unclip-studio/nodes-unclip';
import {
  buildUnet,
  buildVaeDecoder,
  createFolderLayout,
  modelRequester,
  openComponent,
  TorchGenerator,
  UNET,
  VAE,
} from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, localCheckpointFolder, sha256 } from '@unclip-studio/server';
import { median } from '../../../test/support/measure.js';
import type { Check } from '../check-table.js';
import { deviceWith, differenceOf, shortError, wayNamed } from '../ways.js';

const TOKENS = 77;
const CONTEXT = 1024;
const LABELS = 2048;
const LATENT_CHANNELS = 4;
const TIMESTEP = 481;

/** What the full-size models are fed, as raw float32, for PyTorch as well. `sides`: of latents, such as `64,96`. */
export const writeFullSizeInputs: Check = ({ folder = '', sides = '' }, report) => {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, dims: readonly number[], seed: number) =>
    writeFileSync(join(folder, `${name}.f32`), new Uint8Array(randomNumbers(dims, seed).buffer));
  for (const side of sides.split(',')) {
    write(`sample-${side}`, [2, LATENT_CHANNELS, Number(side), Number(side)], 1);
    write(`latent-${side}`, [1, LATENT_CHANNELS, Number(side), Number(side)], 4);
  }
  write('context', [2, TOKENS, CONTEXT], 2);
  write('labels', [2, LABELS], 3);
  report({ folder, sides });
};

function randomNumbers(dims: readonly number[], seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(new TorchGenerator(seed).randn(dims.reduce((size, dim) => size * dim, 1)));
}

// Weights are checked as the CPU would request them, regardless of the device.
const FORMULATION = wayNamed('cpu');
const OPTIONS = { formulation: FORMULATION, hash: sha256 };

/**
 * One model of the size of Stable Diffusion 2.1 unCLIP, `unet` or `vae`, at one size in one way: seconds to load it,
 * milliseconds of the first and of later runs, and how far it is from PyTorch's float32 where that is known.
 */
export const checkFullSize: Check = async (args, report) => {
  const { device = '', way = '', checkpoint = '', inputs = '', model = '', side = '', rounds = '5' } = args;
  const row = { device, way, model, side: Number(side) };
  try {
    const request = await requestFor(model, checkpoint, Number(side));
    const feeds = feedsFor(model, inputs, Number(side));
    const notices: string[] = [];
    const sessions = createOrtSessions({
      device: deviceWith(device, wayNamed(way)),
      memoryBudgetBytes: Number.POSITIVE_INFINITY,
      onNotice: (words) => notices.push(words),
      onRun: ({ loadMs, runMs }) => runs.push({ loadMs, runMs }),
    });
    const runs: { readonly loadMs: number; readonly runMs: number }[] = [];
    let found: Float32Array | undefined;
    for (let round = 0; round < Number(rounds); round++) {
      const outputs = await sessions.run(request, feeds);
      found = Object.values(outputs)[0]?.data as Float32Array;
      // A software stand-in for a GPU would take hours.
      if ((runs.at(-1)?.runMs ?? 0) > 60_000) break;
    }
    const [first, ...later] = runs;
    const reference = join(inputs, `${model}-${side}.f32`);
    const right = existsSync(reference) ? readFloats(reference) : undefined;
    report({
      ...row,
      loadS: Number(((first?.loadMs ?? 0) / 1000).toFixed(2)),
      firstMs: Math.round(first?.runMs ?? 0),
      ms: later.length === 0 ? null : Number(median(later.map(({ runMs }) => runMs)).toFixed(1)),
      ...(right && found ? differenceOf(found, right) : {}),
      memoryMB: Math.round(process.memoryUsage().rss / 1e6),
      ...(notices.length > 0 ? { notices } : {}),
    });
    await sessions.close();
  } catch (error) {
    report({ ...row, error: shortError(error) });
  }
};

async function requestFor(model: string, checkpoint: string, side: number): Promise<ModelRequest> {
  const layout = createFolderLayout(localCheckpointFolder(checkpoint), 'fp16');
  const request = modelRequester(FORMULATION);
  const shape = `${side} x ${side}`;
  if (model === 'vae') {
    return request('vae decoder', await openComponent(layout, VAE, OPTIONS), {
      shape,
      describe: (builder, config) => buildVaeDecoder(builder, config, { n: 1, h: side, w: side }),
    });
  }
  return request('unet', await openComponent(layout, UNET, OPTIONS), {
    shape,
    runsOnEnd: true,
    describe: (builder, config) => buildUnet(builder, config, { n: 2, h: side, w: side, t: TOKENS }),
  });
}

function feedsFor(model: string, inputs: string, side: number) {
  const read = (name: string, dims: readonly number[]) => tensor(dims, readFloats(join(inputs, `${name}.f32`)));
  if (model === 'vae') return { latent: read(`latent-${side}`, [1, LATENT_CHANNELS, side, side]) };
  return {
    sample: read(`sample-${side}`, [2, LATENT_CHANNELS, side, side]),
    timestep: tensor([1], Float32Array.of(TIMESTEP)),
    encoder_hidden_states: read('context', [2, TOKENS, CONTEXT]),
    class_labels: read('labels', [2, LABELS]),
  };
}

function readFloats(path: string): Float32Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
}
