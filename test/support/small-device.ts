import { FORMULATIONS, type Tensor } from '@unclip-studio/nodes-unclip';
import { createUnetPredictor, decodeLatent, requireUnclip } from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, openLocalCheckpoint } from '@unclip-studio/server';
import { BUNDLED_MODEL } from './evaluate-node.js';
import { randomTensor } from './random-tensor.js';

// small-device unet|vae CELLS LIMIT_BYTES: runs a model of the bundled checkpoint on WebGPU with so much memory, and prints a
// SmallDeviceRun as JSON. A separate process: the variables that select the driver are read when the runtime is loaded.

/** What became of a run that did not fit. */
export interface SmallDeviceRun {
  readonly notices: readonly string[];
  /** The device at the end. */
  readonly device: string;
  /** The largest one from the CPU, of the CPU's largest value. */
  readonly difference: number;
}

const [, , kind = '', cells = '', limit = ''] = process.argv;
const side = Number(cells);
const checkpoint = requireUnclip(await openLocalCheckpoint('bundled', BUNDLED_MODEL));
const { unet, vae, vision } = checkpoint;
const { channels } = unet.latents;
const notices: string[] = [];
const onDevice = createOrtSessions({
  device: { name: 'webgpu', provider: 'webgpu', formulation: FORMULATIONS.webgpu, words: '' },
  onNotice: (words) => notices.push(words),
});
function make(inference: typeof onDevice): Promise<Tensor> {
  if (kind === 'vae') {
    const signal = new AbortController().signal;
    return decodeLatent(randomTensor([1, channels, side, side], 1), { vae, inference, tiling: 'auto', signal });
  }
  return createUnetPredictor(
    unet,
    inference,
  )({
    sample: randomTensor([2, channels, side, side], 1),
    timestep: 500,
    guides: {
      encoder_hidden_states: randomTensor([2, 77, unet.config.crossAttentionDim], 2),
      class_labels: randomTensor([2, 2 * vision.embeds.width], 3),
    },
  });
}

// A model that is loaded and not needed any more.
await onDevice.run(vision.request(), {
  pixel_values: randomTensor([1, 3, vision.config.imageSize, vision.config.imageSize], 4),
});
process.env['VK_MEMORY_LIMIT'] = limit;
const found = await make(onDevice);
const device = (await onDevice.device()).name;
// Tiles differ from the whole image, so they are compared with tiles.
const isInTiles = device === 'webgpu' && notices.some((words) => words.includes('in tiles'));
const onCpu = createOrtSessions({
  failureOf: (key) =>
    isInTiles && key.startsWith('vae') && key.includes(`h=${side} `) ? new Error('out of memory') : undefined,
});
const expected = await make(onCpu);
const largest = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const off = expected.data.reduce(
  (most, value, i) => Math.max(most, Math.abs(value - (found.data[i] ?? Number.NaN))),
  0,
);
const run: SmallDeviceRun = { notices, device, difference: off / largest };
console.log(JSON.stringify(run));
await Promise.all([onDevice.close(), onCpu.close()]);
