import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createDefineNode, type NodeResult } from '@unclip-studio/graph-core';
import { type Checkpoint, PORT_CODECS, StoredFormError, tensor } from '@unclip-studio/nodes-unclip';
import { type EmbedSpace, type PromptPart, TorchGenerator } from '@unclip-studio/nodes-unclip/testing';
import { createKeptResults, createResultStore, decodeImage, readArrayFile } from '@unclip-studio/server';
import { describe, expect, test } from 'vitest';
import { keptRun, QUICK } from '../../support/kept-run.js';
import { noSmallDisk, smallDisk } from '../../support/small-disk.js';
import { tempFolder } from '../../support/temp-folder.js';

const KEY = 'ab'.repeat(32);
const OTHER_KEY = 'cd'.repeat(32);

describe('a workflow that is run again by another process', () => {
  test('evaluates nothing but what has an effect, and loads no model', async () => {
    const folders = { outFolder: tempFolder(), cacheFolder: tempFolder() };
    const first = await keptRun(folders);

    const again = await keptRun(folders);
    const renamed = await keptRun({ ...folders, settings: { ...QUICK, 'save.name': 'else' } });

    expect(first.evaluated).toHaveLength(8);
    for (const run of [again, renamed]) {
      expect(run).toMatchObject({ outcome: 'succeeded', evaluated: ['save'], modelRuns: {} });
      expect(run.counts).toMatchObject({ read: 1, damaged: 0 });
    }
    expect(await pixels(again.paths)).toEqual(await pixels(first.paths));
    expect(readFileSync(again.paths[0] as string)).toEqual(readFileSync(first.paths[0] as string));
  });

  test('evaluates only what a changed setting decides', async () => {
    const folders = { outFolder: tempFolder(), cacheFolder: tempFolder() };
    await keptRun(folders);

    const changed = await keptRun({ ...folders, settings: { ...QUICK, 'sample.guidanceScale': 4 } });

    expect([...changed.evaluated].sort()).toEqual(['decode', 'model', 'sample', 'save']);
    expect(Object.keys(changed.modelRuns).sort()).toEqual(['unet', 'vae']);
  });

  test('makes the same image again when a byte of every kept file has flipped', async () => {
    const folders = { outFolder: tempFolder(), cacheFolder: tempFolder() };
    const first = await keptRun(folders);
    const files = filesIn(folders.cacheFolder);
    // Each place of a file in turn: its digest, its header, the middle, the end.
    for (const [i, file] of files.entries()) flipByte(file, [0, 40, statSync(file).size / 2, -1][i % 4] as number);

    const repaired = await keptRun(folders);
    const again = await keptRun(folders);

    // Embed, noise, prompt, sample and decode, and three states of the sampling.
    expect(files).toHaveLength(8);
    expect(repaired.counts).toMatchObject({ damaged: 8, read: 0, written: 8 });
    expect(await pixels(repaired.paths)).toEqual(await pixels(first.paths));
    expect(again).toMatchObject({ evaluated: ['save'], modelRuns: {} });
  });

  test.skipIf(noSmallDisk)('finishes on a full disk, and only the keeping is given up', async () => {
    const reference = await keptRun({ outFolder: tempFolder(), cacheFolder: tempFolder() });
    const disk = smallDisk(40_000);

    const run = await keptRun({ outFolder: tempFolder(), cacheFolder: join(disk, 'results') });

    expect(run.outcome).toBe('succeeded');
    expect(run.counts?.problem).toMatch(/ENOSPC/);
    expect(await pixels(run.paths)).toEqual(await pixels(reference.paths));
    expect(readdirSync(join(disk, 'results', 'temporary'))).toEqual([]);
  });

  test('stores results again once there is room', async () => {
    const folder = tempFolder();
    // A file in the way of the folder, as a disk that cannot be written to.
    const blocked = join(folder, 'results');
    writeFileSync(blocked, '');
    const store = createResultStore({ folder: blocked, maxBytes: 1e6, minFreeBytes: 0, pauseMs: 0 });
    const patient = createResultStore({ folder: blocked, maxBytes: 1e6, minFreeBytes: 0 });
    for (const one of [store, patient]) {
      one.write(KEY, () => [new Uint8Array(9)]);
      await one.flush();
    }
    const problems = [store.counts().problem, patient.counts().problem];
    rmSync(blocked);

    for (const [one, key] of [
      [patient, KEY],
      [store, OTHER_KEY],
    ] as const) {
      one.write(key, () => [new Uint8Array(9)]);
      await one.flush();
    }

    expect(problems).toEqual([expect.stringMatching(/ENOTDIR|EEXIST/), expect.stringMatching(/ENOTDIR|EEXIST/)]);
    expect(store.counts()).toEqual({ read: 0, written: 1, damaged: 0, dropped: 0 });
    // In the pause nothing is tried, so that a full disk costs no time at each node.
    expect(patient.counts()).toMatchObject({ written: 0, problem: problems[1] });
  });

  test('leaves room on the disk for what is worth more', async () => {
    const cacheFolder = tempFolder();

    const run = await keptRun({ outFolder: tempFolder(), cacheFolder, minFreeBytes: Number.MAX_SAFE_INTEGER });

    expect([run.outcome, run.counts?.problem]).toEqual(['succeeded', 'too little room is left on the disk']);
    expect(filesIn(cacheFolder)).toEqual([]);
  });
});

test.each([
  ['three bytes', Buffer.alloc(3)],
  ['no JSON', file('{"header":')],
  ['nothing', file('null')],
  ['an array of no kind', file('{"header":1,"arrays":[["constructor",1]]}')],
  ['an array of less than nothing', file('{"header":1,"arrays":[["f32",-1]]}')],
  ['an array past the end', file('{"header":1,"arrays":[["f32",1e9]]}')],
])('a cached file that contains %s is rejected', (_, bytes) => {
  expect(() => readArrayFile(bytes)).toThrow(StoredFormError);
});

function file(header: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, Buffer.from(header)]);
}

const PART: PromptPart = {
  states: tensor([1], Float32Array.of(9)),
  strength: 0.5,
  area: { unit: 'px', left: 8, top: 0, width: 16, height: 24 },
  mask: { mask: { width: 2, height: 1, data: Uint8Array.of(0, 200) }, strength: 2, cropsToMask: true },
  periods: [
    { share: { from: 0.25, to: null }, turn: { index: 1, of: 3 } },
    { steps: { from: 0, to: 4 }, noise: { from: 0, to: 0.5 } },
  ],
};

describe('every byte of a cached value counts', () => {
  const space = { name: 'tiny', identity: 'as it was' } as EmbedSpace;
  const checkpoint = { ...space, seesImages: true, vision: { embeds: space } } as unknown as Checkpoint;
  const rows = tensor([2, 3], Float32Array.of(1, -0, Number.MIN_VALUE, 3.5, 1e30, -2));
  const drawn = new TorchGenerator(7);
  // An odd number of single draws leaves half a pair over.
  drawn.randn(3);
  const values: Readonly<Record<string, unknown>> = {
    image: [{ width: 2, height: 1, data: Uint8Array.of(0, 1, 2, 253, 254, 255) }],
    mask: { width: 3, height: 2, data: Uint8Array.of(0, 255, 7, 8, 9, 10) },
    embed: { rows, space },
    condition: { classLabels: rows, space },
    conditioning: { positive: rows, negative: [PART, { ...PART, area: null, mask: null, periods: null }] },
    'unet-map': { kind: 'inpaint', known: rows, drawn: { mean: rows, std: rows, scalingFactor: 0.5 }, level: 7 },
    latent: { samples: rows, space: { pixelsPerLatent: 8, scalingFactor: 0.18215 } },
    'image-prompt': {
      adapter: { name: 'ip', identity: 'a', crossAttentionDim: 3, attentions: [3, 6] },
      guided: rows,
      unguided: rows,
    },
    generator: { state: drawn.state() },
  };

  test('there is a value for every codec', () => {
    expect(Object.keys(values).sort()).toEqual([...PORT_CODECS.keys()].sort());
  });

  test.each(Object.keys(values))('%s', async (portType) => {
    const folder = tempFolder();
    const definition = nodeGiving(portType);
    const result: NodeResult = { values: { value: values[portType] }, published: [] };
    const write = async () => {
      const { store, kept } = open(folder, checkpoint);
      kept.write(KEY, result, definition);
      await store.flush();
    };
    await write();
    const [file = ''] = filesIn(folder);
    const sizeBytes = statSync(file).size;

    expect(await open(folder, checkpoint).kept.read(KEY, definition)).toEqual(result);
    for (let place = 0; place < sizeBytes; place += Math.ceil(sizeBytes / 40)) {
      flipByte(file, place);
      const { store, kept } = open(folder, checkpoint);

      expect(await kept.read(KEY, definition)).toBeUndefined();
      expect(store.counts().damaged).toBe(1);
      expect(kept.has(KEY, definition)).toBe(false);
      await write();
    }
  });

  test('a value of a checkpoint that has changed since is not handed out', async () => {
    const folder = tempFolder();
    const { store, kept } = open(folder, checkpoint);
    kept.write(KEY, { values: { value: values['embed'] }, published: [] }, nodeGiving('embed'));
    await store.flush();

    const other = open(folder, { ...checkpoint, identity: 'another one' });

    expect(await other.kept.read(KEY, nodeGiving('embed'))).toBeUndefined();
  });

  test('a value that cannot be stored completely is not stored in part', async () => {
    const folder = tempFolder();
    const { store, kept } = open(folder, checkpoint);

    kept.write(KEY, { values: { value: { samples: rows, mask: rows } }, published: [] }, nodeGiving('latent'));
    await store.flush();

    expect(store.counts()).toEqual({ read: 0, written: 0, damaged: 0, dropped: 0 });
  });
});

describe('a store of a bounded size', () => {
  const hex = (i: number) => i.toString(16).padStart(2, '0').repeat(32);

  test('drops what was used longest ago', async () => {
    const folder = tempFolder();
    const store = createResultStore({ folder, maxBytes: 10_000 });
    for (let i = 0; i < 9; i++) await put(store, hex(i), 1000);
    await store.read(hex(0));

    await put(store, hex(9), 1000);

    // 10 files of 1032 bytes are too much; room is made down to nine tenths.
    expect(Array.from({ length: 10 }, (_, i) => store.has(hex(i)))).toEqual([
      ...[true, false, false],
      ...Array.from({ length: 7 }, () => true),
    ]);
    expect(store.counts().dropped).toBe(2);
  });

  test('does not accept files larger than itself', async () => {
    const store = createResultStore({ folder: tempFolder(), maxBytes: 1000 });

    await put(store, KEY, 2000);

    expect(store.has(KEY)).toBe(false);
  });

  test.each([0, 10, 31, 32, 33, 500])('a file that was cut short to %i bytes is not believed', async (sizeBytes) => {
    const folder = tempFolder();
    const store = createResultStore({ folder, maxBytes: 10_000 });
    await put(store, KEY, 1000);
    const [file = ''] = filesIn(folder);
    truncateSync(file, sizeBytes);

    expect([await store.read(KEY), store.has(KEY), store.counts().damaged]).toEqual([undefined, false, 1]);
  });

  test('half-written files of a killed process are removed once nothing can be writing them', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'temporary'), { recursive: true });
    const [old, young] = ['old', 'young'].map((name) => join(folder, 'temporary', name));
    for (const path of [old, young]) writeFileSync(path as string, 'half');
    const yesterday = new Date(Date.now() - 24 * 3_600_000);
    utimesSync(old as string, yesterday, yesterday);

    await put(createResultStore({ folder, maxBytes: 10_000 }), KEY, 10);

    expect(readdirSync(join(folder, 'temporary'))).toEqual(['young']);
  });

  test('a file under the name of another is not believed', async () => {
    const folder = tempFolder();
    const store = createResultStore({ folder, maxBytes: 10_000 });
    await put(store, KEY, 10);
    await put(store, OTHER_KEY, 20);
    const [ours = '', other = ''] = filesIn(folder);

    writeFileSync(ours, readFileSync(other));

    expect(await store.read(KEY)).toBeUndefined();
    expect(store.counts().damaged).toBe(1);
  });

  async function put(store: ReturnType<typeof createResultStore>, key: string, sizeBytes: number): Promise<void> {
    store.write(key, () => [new Uint8Array(sizeBytes)]);
    await store.flush();
  }
});

const openModel = () => Promise.reject(new Error('no model that comes by itself'));

function open(folder: string, checkpoint: Checkpoint) {
  const store = createResultStore({ folder, maxBytes: 1e9 });
  return { store, kept: createKeptResults(store, { open: async () => checkpoint, openModel }) };
}

const defineNode = createDefineNode<Record<string, unknown>, never>();

function nodeGiving(portType: string) {
  return defineNode({
    type: 'Giver',
    version: 1,
    title: 'Giver',
    description: 'Gives one value.',
    category: 'stub',
    inputs: { value: { type: portType, help: 'Anything.' } },
    outputs: { value: { type: portType, help: 'The value.' } },
    params: {},
    async evaluate() {
      throw new Error('is only ever read');
    },
  });
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}

function flipByte(file: string, place: number): void {
  const bytes = readFileSync(file);
  const at = Math.floor(place < 0 ? bytes.length + place : place);
  bytes[at] = (bytes[at] as number) ^ 0x10;
  writeFileSync(file, bytes);
}

function pixels(paths: readonly string[]) {
  return Promise.all(paths.map((path) => decodeImage(readFileSync(path), path)));
}
