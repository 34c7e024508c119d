import { linkSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { InferenceError, type ModelRequest, type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import { applyLora, type UnetModel } from '@unclip-studio/nodes-unclip/testing';
import { chooseDevice, createCheckpointService, createOrtSessions, openLocalCheckpoint } from '@unclip-studio/server';
import { evaluateNode } from '../support/evaluate-node.js';

// full-size-serve.ts CHECKPOINT CELLS INPUTS OUT [LORA [folded]]     on the CPU, or the device that DEVICE names
//
// Our side of the bench "full-size"; it speaks as tools/reference/unet_steps.py does ("decode" is the VAE's decoder), and knows the
// lines "keeping" and "shallow" for the parts of the UNet besides. With a LoRA the first answer says what it took to load beside the model without it.

const [path = '', cells = '', inputs = '', out = '', lora, folded] = process.argv.slice(2);
const side = Number(cells);
const checkpoint = await openLocalCheckpoint(basename(path), path);
const sessions = createOrtSessions({
  memoryBudgetBytes: Number.POSITIVE_INFINITY,
  device: await chooseDevice(process.env['DEVICE'] ?? 'cpu'),
  onNotice: (words) => console.error(words),
});

function read(name: string, dims: readonly number[]) {
  const { buffer, byteOffset, length } = readFileSync(join(inputs, `${name}.bin`));
  return tensor(dims, new Float32Array(buffer.slice(byteOffset, byteOffset + length)));
}

const { crossAttentionDim, classEmbedDim } = checkpoint.unet.config;
const feeds = {
  sample: read(`sample-${side}`, [2, 4, side, side]),
  timestep: tensor([1], Float32Array.of(481)),
  encoder_hidden_states: read('states', [2, 77, crossAttentionDim]),
  class_labels: read('labels', [2, classEmbedDim ?? 0]),
};
const shape = { n: 2, h: side, w: side, t: 77 };
type Part = 'whole' | 'keeping' | 'shallow';

/** Processor time of all threads, in milliseconds. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** @returns the UNet with the LoRA, loaded, and what that took */
async function withLora(file: string): Promise<{ readonly unet: UnetModel; readonly load: readonly number[] }> {
  const root = mkdtempSync(join(inputs, 'models-'));
  mkdirSync(join(root, 'loras'));
  linkSync(file, join(root, 'loras', basename(file)));
  const checkpoints = createCheckpointService({ roots: [root] });
  const params = { lora: basename(file) };
  const startCpuMs = cpuMs();
  const adapted = await evaluateNode<{ unet: UnetModel }>(applyLora, { unet: checkpoint.unet }, params, {
    checkpoints,
  });
  const readCpuMs = cpuMs();
  await loadOnly(requestFor(adapted.unet));
  return { unet: adapted.unet, load: [readCpuMs - startCpuMs, cpuMs() - readCpuMs] };
}

/** Without inputs the runtime refuses the run once the model is loaded. */
async function loadOnly(request: ModelRequest): Promise<void> {
  const refusal = await sessions.run(request, {}).catch((error: unknown) => error);
  if (!(refusal instanceof InferenceError)) throw new Error('the model ran without inputs', { cause: refusal });
}

function requestFor(unet: UnetModel, part: Part = 'whole'): ModelRequest {
  const request = unet.request(shape, { part });
  if (folded === undefined) return request;
  // As small models are loaded: constants are computed in advance, and held as float32.
  return { ...request, build: (formulation) => ({ ...request.build(formulation), staysOnDisk: false }) };
}

function decode(): Promise<Readonly<Record<string, Tensor>>> {
  const latent = tensor([1, 4, side, side], feeds.sample.data.slice(0, 4 * side * side));
  return sessions.run(checkpoint.vae.decoder({ n: 1, h: side, w: side }), { latent });
}

let deep: Tensor | undefined;
let unet: UnetModel = checkpoint.unet;
for await (const line of createInterface({ input: process.stdin })) {
  const part = line === 'keeping' || line === 'shallow' ? line : 'whole';
  const asked = part === 'shallow' && deep !== undefined ? { ...feeds, deep } : feeds;
  let load: readonly number[] = [];
  if (lora !== undefined && unet === checkpoint.unet) {
    // Once for the page cache, then as a model is loaded that was there before.
    await loadOnly(unet.request(shape));
    await sessions.unloadIdle();
    const beforeCpuMs = cpuMs();
    await loadOnly(unet.request(shape));
    const plainCpuMs = cpuMs() - beforeCpuMs;
    ({ unet, load } = await withLora(lora));
    load = [...load, plainCpuMs];
  }
  const startedMs = performance.now();
  const startedCpuMs = cpuMs();
  const answer = line === 'decode' ? await decode() : await sessions.run(requestFor(unet, part), asked);
  const [predicted] = Object.values(answer);
  deep = answer['deep'] ?? deep;
  const stepMs = performance.now() - startedMs;
  const stepCpuMs = cpuMs() - startedCpuMs;
  if (predicted === undefined) throw new Error('the model has no output');
  const { buffer, byteOffset, byteLength } = predicted.data;
  if (part === 'whole' && line !== 'decode') writeFileSync(out, new Uint8Array(buffer, byteOffset, byteLength));
  console.log([stepMs, stepCpuMs, process.resourceUsage().maxRSS / 1024, ...load].join(' '));
}
