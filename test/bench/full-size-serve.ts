import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import { createOrtSessions, openLocalCheckpoint } from '@unclip-studio/server';

// full-size-serve.ts CHECKPOINT CELLS INPUTS OUT
//
// Our side of the bench "full-size"; it speaks as tools/reference/unet_steps.py does, and knows the lines "keeping" and
// "shallow" for the parts of the UNet besides.

const [path = '', cells = '', inputs = '', out = ''] = process.argv.slice(2);
const side = Number(cells);
const checkpoint = await openLocalCheckpoint(basename(path), path);
const sessions = createOrtSessions();

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
let deep: Tensor | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  const part = line === 'keeping' || line === 'shallow' ? line : 'whole';
  const asked = part === 'shallow' && deep !== undefined ? { ...feeds, deep } : feeds;
  const answer = await sessions.run(checkpoint.unet.request(shape, { part }), asked);
  const { out_sample: predicted } = answer;
  deep = answer['deep'] ?? deep;
  const stepMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(startedCpu);
  if (predicted === undefined) throw new Error('the UNet has no output out_sample');
  const { buffer, byteOffset, byteLength } = predicted.data;
  if (part === 'whole') writeFileSync(out, new Uint8Array(buffer, byteOffset, byteLength));
  console.log(`${stepMs} ${(user + system) / 1000} ${process.resourceUsage().maxRSS / 1024}`);
}
