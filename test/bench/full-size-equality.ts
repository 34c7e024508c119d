import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Workflow } from '@unclip-studio/graph-core';
import { type Feeds, type ModelRequest, tensor } from '@unclip-studio/nodes-unclip';
import { requireUnclip } from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, openLocalCheckpoint, runWorkflow } from '@unclip-studio/server';

// npm run bench -- full-size-equality [--json] [--checkpoint DIR] [--ours PATH]
//
// Every part of a checkpoint of the size of stable-diffusion-2-1-unclip with random weights in fp16, and a whole image in
// two steps, against diffusers in float32. `--ours` names the same weights in another layout, such as one file with LDM names.
// Makes the checkpoint (4 GB) in a temporary folder unless one is given. Takes about
// 12 GB of memory and some minutes.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAKE = join(ROOT, 'tools/reference/full_size_checkpoint.py');
const STAGES = join(ROOT, 'tools/reference/full_size_stages.py');

/** How far a stage is off, of the largest value; of an image also in levels of 255. */
interface StageError {
  readonly stage: string;
  readonly largest: number;
  readonly error: number;
}

const folder = mkdtempSync(join(tmpdir(), 'unclip-equality-'));
try {
  const given = process.argv.indexOf('--checkpoint');
  const checkpoint = given < 0 ? join(folder, 'checkpoint') : (process.argv[given + 1] ?? '');
  if (given < 0) python(MAKE, checkpoint);
  python(STAGES, checkpoint, folder);
  const place = process.argv.indexOf('--ours');
  const read = place < 0 ? checkpoint : (process.argv[place + 1] ?? checkpoint);
  const stages = [...(await compareStages(read)), await compareImage(read)];
  if (process.argv.includes('--json')) console.log(JSON.stringify({ stages }));
  else printTable(stages);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function python(...args: readonly string[]): void {
  const { status } = spawnSync('python3', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with code ${status}`);
}

async function compareStages(path: string): Promise<readonly StageError[]> {
  const checkpoint = requireUnclip(await openLocalCheckpoint(basename(path), path));
  const errors: StageError[] = [];
  const compare = async (stage: string, model: ModelRequest, feeds: Feeds) => {
    // One at a time: together they would take 8 GB.
    const sessions = createOrtSessions();
    const [result] = Object.values(await sessions.run(model, feeds));
    await sessions.close();
    errors.push(difference(stage, result?.data ?? new Float32Array(), floats(`${stage}-out`)));
  };
  const size = { n: 1, h: 32, w: 32 };
  await compare('vision', checkpoint.vision.request(), { pixel_values: read('vision-in') });
  await compare('text', checkpoint.text.request(), {
    input_ids: { dtype: 'int64', dims: dimsOf('text-in'), data: new BigInt64Array(bytes('text-in')) },
  });
  await compare('decoder', checkpoint.vae.decoder(size), { latent: read('decoder-in') });
  await compare('encoder', checkpoint.vae.encoder({ n: 1, heightPx: 256, widthPx: 256 }), {
    pixels: read('encoder-in'),
  });
  await compare('unet', checkpoint.unet.request({ ...size, n: 2, t: 77 }), {
    sample: read('unet-sample'),
    timestep: tensor([1], Float32Array.of(481)),
    encoder_hidden_states: read('unet-states'),
    class_labels: read('unet-labels'),
  });
  return errors;
}

async function compareImage(path: string): Promise<StageError> {
  const made = await runWorkflow(
    readVariations(),
    {
      'model.checkpoint': basename(path),
      'photo.image': join(folder, 'picture.png'),
      'prompt.prompt': 'a red heart',
      'noise.noiseLevel': 100,
      'sample.steps': 2,
      'sample.count': 1,
      'sample.width': 256,
      'sample.height': 256,
    },
    { modelFolders: [dirname(path)] },
  );
  const [image] = made['save'] ?? [];
  const levels = Float32Array.from(image?.data ?? [], (level) => level / 255);
  return difference('picture', levels, floats('pipeline-out'));
}

function readVariations(): Workflow {
  // A file of this repository: seed 42, guidance 5, as the other side has it.
  return JSON.parse(readFileSync(join(ROOT, 'workflows/image-variations.json'), 'utf8')) as Workflow;
}

function difference(stage: string, found: Float32Array, expected: Float32Array): StageError {
  let [largest, off] = [0, 0];
  for (const [i, value] of expected.entries()) {
    largest = Math.max(largest, Math.abs(value));
    off = Math.max(off, Math.abs(value - (found[i] ?? Number.POSITIVE_INFINITY)));
  }
  return { stage, largest, error: off };
}

function bytes(name: string): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = readFileSync(join(folder, `${name}.bin`));
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}

function floats(name: string): Float32Array {
  return new Float32Array(bytes(name));
}

function dimsOf(name: string): readonly number[] {
  const shapes = JSON.parse(readFileSync(join(folder, 'stages.json'), 'utf8')) as Record<string, number[]>;
  return shapes[name] ?? [];
}

function read(name: string) {
  return tensor(dimsOf(name), floats(name));
}

function printTable(stages: readonly StageError[]): void {
  console.log('| part | largest value | largest error | of the largest |\n| --- | --- | --- | --- |');
  for (const { stage, largest, error } of stages) {
    console.log(
      `| ${stage} | ${largest.toPrecision(3)} | ${error.toExponential(1)} | ${(error / largest).toExponential(1)} |`,
    );
  }
}
