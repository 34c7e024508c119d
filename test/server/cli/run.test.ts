import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { formatWorkflow, type RunEvent, type Workflow } from '@unclip-studio/graph-core';
import { decodeImage, openStore, readEmbeddedWorkflow } from '@unclip-studio/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makePng } from '../../support/make-png.js';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

const IMAGES = fileURLToPath(new URL('../fixtures/pictures/', import.meta.url));
const VARIATIONS = fileURLToPath(new URL('../../../workflows/image-variations.json', import.meta.url));

/** Copies an image: the smallest workflow that reads and writes. */
const COPY = workflow({
  photo: { type: 'LoadImage', params: { image: 'cat.png' } },
  save: { type: 'SaveImage', inputs: { image: 'photo.image' }, params: { name: 'copy' } },
});

describe('a run', () => {
  test('writes images that carry the workflow, and prints their paths', async () => {
    const folder = folderWith({ 'copy.json': formatWorkflow(COPY) });

    const { code, stdout, stderr } = await unclip(['run', 'copy.json'], { cwd: folder });

    expect([code, stdout]).toEqual([0, `${join('output', 'copy-0001.png')}\n`]);
    expect(stderr).toMatch(
      /^Running 2 nodes\.\nphoto \(LoadImage\): .*\nsave \(SaveImage\): .*\nDone after .*: 2 nodes evaluated, 0 taken from the cache\.\n$/,
    );
    const png = readFileSync(join(folder, 'output', 'copy-0001.png'));
    expect(readEmbeddedWorkflow(png)).toBe(formatWorkflow(COPY));
    const original = await decodeImage(readFileSync(join(IMAGES, 'rgb.png')), 'fixture');
    expect(await decodeImage(png, 'result')).toEqual(original);
  });

  test('of a workflow in the library finds it and its images by name, while a server may have it open', async () => {
    const [dataFolder, cwd] = [tempFolder(), folderWith({})];
    const store = await openStore(dataFolder);
    onTestFinished(() => store.close());
    const bytes = makePng({ width: 5, height: 4, depth: 8, colourType: 0, data: deflateSync(Buffer.alloc(4 * 6)) });
    const image = { sha256: await store.blobs.put(bytes), name: 'cat.png', mediaType: 'image/png' };
    store.images.add({ ...image, sizeBytes: bytes.length, widthPx: 5, heightPx: 4 }, 0);
    store.workflows.save({ name: 'My copy', baseRevision: 0, title: 'My copy', json: formatWorkflow(COPY) }, 0);

    const { code, stderr } = await unclip(['run', 'My copy', '--data-dir', dataFolder], { cwd });
    const unknown = await unclip(['run', 'My other copy', '--data-dir', dataFolder], { cwd });

    expect([code, stderr]).toEqual([0, expect.stringContaining('Done after')]);
    // The library's cat, and not the one that comes with the program.
    const png = readFileSync(join(cwd, 'output', 'copy-0001.png'));
    expect(await decodeImage(png, 'result')).toMatchObject({ width: 5, height: 4 });
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('There is no file "My other copy"')]);
  });

  test('saves no path of this machine with the workflow, whatever paths it was given', async () => {
    const folder = folderWith({ 'copy.json': formatWorkflow(COPY) });
    const elsewhere = folderWith({});
    const photo = join(elsewhere, 'photo.png');
    writeFileSync(photo, readFileSync(join(IMAGES, 'rgb.png')));

    const { code } = await unclip(['run', 'copy.json', '--set', `photo.image=${photo}`], { cwd: folder });

    expect(code).toBe(0);
    const saved = readEmbeddedWorkflow(readFileSync(join(folder, 'output', 'copy-0001.png'))) ?? '';
    expect(saved).toContain('"photo.png"');
    for (const path of [folder, elsewhere]) expect(saved).not.toContain(path);
  });

  test('of the image it made writes the same image under the next number', async () => {
    const folder = folderWith({ 'copy.json': formatWorkflow(COPY) });
    await unclip(['run', 'copy.json', '--out', '.'], { cwd: folder });

    const { code, stdout } = await unclip(['run', 'copy-0001.png', '--out', '.'], { cwd: folder });

    expect([code, stdout]).toEqual([0, 'copy-0002.png\n']);
    expect(readFileSync(join(folder, 'copy-0002.png'))).toEqual(readFileSync(join(folder, 'copy-0001.png')));
  });

  test('reads a workflow, or an image that contains one, from standard input', async () => {
    const folder = folderWith({});

    const first = await unclip(['run', '-'], { cwd: folder, input: formatWorkflow(COPY) });
    const png = readFileSync(join(folder, 'output', 'copy-0001.png'));
    const second = await unclip(['run', '-', '--out', 'else'], { cwd: folder, input: png });

    expect([first.code, second.code]).toEqual([0, 0]);
    expect(readFileSync(join(folder, 'else', 'copy-0001.png'))).toEqual(png);
  });

  test('warns about syntax of other programs in its prompts, as does a check, and continues', async () => {
    const nodes: Workflow['nodes'] = {
      ...COPY.nodes,
      model: { type: 'LoadModel' },
      text: { type: 'TextEncode', inputs: { text: 'model.text' }, params: { prompt: 'a lake <lora:film:0.6>' } },
    };
    const folder = folderWith({ 'copy.json': formatWorkflow({ ...COPY, nodes }) });

    const run = await unclip(['run', 'copy.json'], { cwd: folder });
    const check = await unclip(['check', 'copy.json'], { cwd: folder });

    const warning =
      'Warning: Node "text" (TextEncode), param "prompt": "<lora:film:0.6>" is read as plain text, since prompts do not apply LoRAs. ' +
      'Add Apply LoRA with the LoRA "film" and the strength 0.6.\n';
    expect([run.code, run.stdout]).toEqual([0, `${join('output', 'copy-0001.png')}\n`]);
    expect(run.stderr.split(warning)).toHaveLength(2);
    expect([check.code, check.stderr]).toEqual([0, warning]);
  });

  test('runs an example by its name, unless there is a file of that name', async () => {
    const folder = folderWith({ relay: formatWorkflow(COPY) });

    const example = await unclip(['gen', 'image-variations'], { cwd: folder });
    const own = await unclip(['gen', 'relay'], { cwd: folder });
    const neither = await unclip(['gen', 'image-variation'], { cwd: folder });

    expect([example.code, example.stdout]).toEqual([0, expect.stringContaining('"type": "UNetSample"')]);
    expect([own.code, own.stdout]).toEqual([0, expect.not.stringContaining('"type": "UNetSample"')]);
    expect([neither.code, neither.stderr]).toEqual([
      2,
      `There is no file "image-variation" in ${folder}. Check the path.\n`,
    ]);
  });

  test('with --json prints one event a line and nothing else', async () => {
    const folder = folderWith({ 'copy.json': formatWorkflow(COPY) });

    const { code, stdout, stderr } = await unclip(['run', 'copy.json', '--json'], { cwd: folder });

    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(events.map((event) => event.type)).toEqual([
      'run-started',
      'node-started',
      'node-finished',
      'node-started',
      'node-finished',
      'run-finished',
    ]);
    const location = join('output', 'copy-0001.png');
    expect(events[4]).toMatchObject({
      node: 'save',
      outputs: [{ location, mediaType: 'image/png', widthPx: 13, heightPx: 9 }],
    });
    expect(events[5]).toMatchObject({ outcome: 'succeeded' });
  });

  test('with --target runs that node and what it reads, and nothing else', async () => {
    const folder = folderWith({ 'copy.json': formatWorkflow(COPY) });

    const { code, stdout } = await unclip(['run', 'copy.json', '--target', 'photo'], { cwd: folder });

    expect([code, stdout]).toEqual([0, '']);
    expect(existsSync(join(folder, 'output'))).toBe(false);
  });

  test('stores previews separately from results', async () => {
    const look = workflow({
      photo: { type: 'LoadImage', params: { image: 'cat.png' } },
      look: { type: 'PreviewImage', inputs: { image: 'photo.image' } },
    });
    const folder = folderWith({ 'look.json': formatWorkflow(look) });

    const { code, stdout, stderr } = await unclip(['run', 'look.json'], { cwd: folder });

    expect([code, stdout]).toEqual([0, '']);
    const [, path = ''] = /look \(PreviewImage\): .* To look at: (.*)\n/.exec(stderr) ?? [];
    expect(readEmbeddedWorkflow(readFileSync(path))).toBe(formatWorkflow(look));
    expect(existsSync(join(folder, 'output'))).toBe(false);
  });
});

describe('--set', () => {
  test('accepts a path of the operator, and the workflow keeps only its file name', async () => {
    const folder = folderWith({ 'copy.json': formatWorkflow(COPY) });
    mkdirSync(join(folder, 'private'));
    copyFileSync(join(IMAGES, 'exif-6.jpg'), join(folder, 'private', 'me.jpg'));

    const settings = ['--set', 'photo.image=private/me.jpg', '--set', 'save.name=a=b'];
    const { code } = await unclip(['run', 'copy.json', ...settings], { cwd: folder });

    expect(code).toBe(0);
    const png = readFileSync(join(folder, 'output', 'a=b-0001.png'));
    const expected = workflow({
      photo: { type: 'LoadImage', params: { image: 'me.jpg' } },
      save: { type: 'SaveImage', inputs: { image: 'photo.image' }, params: { name: 'a=b' } },
    });
    expect(readEmbeddedWorkflow(png)).toBe(formatWorkflow(expected));
    expect((await decodeImage(png, 'result')).width).toBe(9);
  });

  test('accepts the name of a bundled image', async () => {
    const folder = folderWith({ 'copy.json': formatWorkflow(COPY) });

    const { code } = await unclip(['run', 'copy.json', '--set', 'photo.image=red-heart.png'], { cwd: folder });

    expect(code).toBe(0);
  });

  test('says all that is wrong, before anything runs', async () => {
    const folder = folderWith({});
    const settings = [
      'sample.step=3',
      'sampel.steps=3',
      'sample.steps=many',
      'sample.steps=0x10',
      'sample.guidanceScale=1e3',
      'sample.scheduler=fast',
      'photo.image=nothing.png',
      'photo.image=',
      'nonsense',
    ];

    const { code, stdout, stderr } = await unclip(['run', VARIATIONS, ...settings.flatMap((text) => ['--set', text])], {
      cwd: folder,
    });

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.split('\n')).toEqual([
      `"${VARIATIONS}" cannot be run:`,
      expect.stringMatching(
        /^- --set sample\.step=3: node "sample" \(UNetSample\) has no param "step"\. Did you mean "steps"\? Its params are: scheduler, steps, /,
      ),
      expect.stringMatching(
        /^- --set sampel\.steps=3: there is no node "sampel"\. Did you mean "sample"\? The nodes are: .*photo/,
      ),
      '- --set sample.steps=many: expected a whole number from 1 to 1000, got "many".',
      '- --set sample.steps=0x10: expected a whole number from 1 to 1000, got "0x10".',
      '- --set sample.guidanceScale=1e3: expected a number from 0 to 100, got "1e3".',
      expect.stringMatching(/^- --set sample\.scheduler=fast: expected one of "ddim".*, got "fast"\.$/),
      `- --set photo.image=nothing.png: there is no file "nothing.png" in ${folder}. Check the path.`,
      '- --set photo.image=: expected the path of an image, got nothing.',
      '- --set nonsense: expected NODE.PARAM=VALUE, as in sample.steps=30.',
      '',
    ]);
  });
});

describe('a bad workflow ends with exit code 2, its problems on standard error, and nothing written', () => {
  test.each([
    ['broken JSON', '{ "format": "unclip-workflow", ', /cannot be read:\n- The file is not JSON/],
    ["another program's JSON", '{"last_node_id": 9}', /- The file is not a workflow/],
    ['no node', formatWorkflow(workflow({})), /- The workflow has no node to run/],
    [
      'an unknown node type',
      formatWorkflow(workflow({ save: { type: 'SaveImag', inputs: { image: 'save.image' } } })),
      /- Node "save" \(SaveImag\): there is no node type "SaveImag"\. Did you mean "SaveImage"\?/,
    ],
    [
      'a wrong port type',
      formatWorkflow(
        workflow({ model: { type: 'LoadModel' }, save: { type: 'SaveImage', inputs: { image: 'model.vae' } } }),
      ),
      /- Node "save" \(SaveImage\), input "image": expected image, got vae from "model\.vae"/,
    ],
    [
      'an image that does not exist',
      formatWorkflow(COPY).replace('cat.png', 'dog.png'),
      /- Node "photo" \(LoadImage\), param "image": Image "dog\.png": there is no such file in /,
    ],
    [
      'an image outside',
      formatWorkflow(COPY).replace('cat.png', '../cat.png'),
      /a workflow may only name images inside its own folders/,
    ],
    [
      'a checkpoint that is not installed',
      formatWorkflow(workflow({ model: { type: 'LoadModel', params: { checkpoint: 'sd-9' } } })),
      /- Node "model" \(LoadModel\), param "checkpoint": No checkpoint is called "sd-9"/,
    ],
    [
      'the checkpoint of an earlier version: what replaces it, and what fetches it',
      formatWorkflow(workflow({ model: { type: 'LoadModel', params: { checkpoint: 'tiny-unclip' } } })),
      /param "checkpoint": No checkpoint is called "tiny-unclip".* Use "emoji-unclip" instead, or .* run "git restore [^"]+ models\/tiny-unclip" in your clone/,
    ],
  ])('%s', async (_, text, message) => {
    const folder = folderWith({ 'bad.json': text });

    const { code, stdout, stderr } = await unclip(['run', 'bad.json'], { cwd: folder });

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(readdirSync(folder)).toEqual(['bad.json', 'cat.png']);
  });

  test.each([
    [
      'a text called .png',
      Buffer.from('not an image'),
      /- Node "photo" \(LoadImage\), param "image": Image "cat\.png": expected a PNG, JPEG or WebP, got something else/,
    ],
    [
      'half an image',
      readFileSync(join(IMAGES, 'rgb.png')).subarray(0, 60),
      /expected a whole PNG, got one that is cut short/,
    ],
    [
      'an image that unpacks to gigabytes',
      makePng({
        width: 40_000,
        height: 40_000,
        depth: 1,
        colourType: 0,
        data: deflateSync(Buffer.alloc(5001 * 40_000)),
      }),
      /expected at most 100 megapixels and 65535 px a side, got 40000 x 40000 px \(1600 megapixels\)/,
    ],
  ])('%s', async (_, bytes, message) => {
    const folder = folderWith({ 'copy.json': formatWorkflow(COPY), 'cat.png': bytes });

    const { code, stdout, stderr } = await unclip(['run', 'copy.json'], { cwd: folder });

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(existsSync(join(folder, 'output'))).toBe(false);
  });

  test('a circle', async () => {
    const circle = workflow({
      a: { type: 'BlendEmbeds', inputs: { first: 'b.embed' } },
      b: { type: 'BlendEmbeds', inputs: { first: 'a.embed' } },
    });
    const folder = folderWith({ 'bad.json': formatWorkflow(circle) });

    const { code, stderr } = await unclip(['run', 'bad.json'], { cwd: folder });

    expect(code).toBe(2);
    expect(stderr).toMatch(/"a" -> "b" -> "a"|"b" -> "a" -> "b"/);
  });

  test('a file that is not a workflow at all', async () => {
    const folder = folderWith({ 'noise.bin': Buffer.from([0x9f, 0x00, 0xff, 0x80]) });
    copyFileSync(join(IMAGES, 'rgb.jpg'), join(folder, 'photo.jpg'));

    const problems = await Promise.all(
      ['cat.png', 'photo.jpg', 'noise.bin', 'missing.json', '.'].map(async (file) => {
        const { code, stderr } = await unclip(['run', file], { cwd: folder });
        return [code, stderr];
      }),
    );

    expect(problems).toEqual([
      [2, expect.stringMatching(/^"cat\.png" is a PNG that contains no workflow\./)],
      [2, expect.stringMatching(/^"photo\.jpg" is a JPEG image\./)],
      [2, expect.stringMatching(/^"noise\.bin" is neither text nor an image\./)],
      [2, `There is no file "missing.json" in ${folder}. Check the path.\n`],
      [2, '"." is a folder. Name a workflow file in it.\n'],
    ]);
  });
});

describe('bad usage ends with exit code 2', () => {
  test.each([
    [['run', VARIATIONS, '--device', 'cuda'], /--device cuda: it cannot be used here: /],
    [['run', VARIATIONS, '--device', 'abacus'], /there is no such device\. The devices are: auto, cpu, /],
    [['run', VARIATIONS, '--models', '/not/there'], /--models \/not\/there: there is no such folder\./],
    [['run', VARIATIONS, '--target', 'sav'], /There is no node "sav" to run\. Did you mean "save"\?/],
    [['run'], /missing required argument 'file'/],
    [['run', VARIATIONS, '--fast'], /unknown option '--fast'/],
    [['rum'], /unknown command 'rum'/],
    [[], /^Usage: unclip/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await unclip(args, { cwd: tempFolder() });

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});

describe('a run that fails ends with exit code 1 and the reason, and leaves no file', () => {
  test('a folder that cannot be written', async () => {
    const folder = folderWith({ 'copy.json': formatWorkflow(COPY), output: 'a file' });

    const { code, stderr } = await unclip(['run', 'copy.json'], { cwd: folder });

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /save \(SaveImage\) failed: Results go to "output", which cannot be written: .* Choose another with --out\./,
    );
  });
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s is reported once if it arrives twice, and no listener is left',
  async (signal) => {
    const folder = tempFolder();
    let isSent = false;
    const listeners = () => process.listenerCount(signal);
    const before = listeners();

    const { code, stdout, stderr } = await unclip(['run', VARIATIONS, '--json', '--set', 'sample.steps=900'], {
      cwd: folder,
      onLine: (line, kill) => {
        if (isSent || !line.includes('"node-progress"')) return;
        isSent = true;
        kill(signal);
        kill(signal);
      },
    });

    expect([code, listeners()]).toEqual([130, before]);
    expect(stderr).toBe('Cancelling: the run stops at the next step. Ctrl-C again ends it at once.\n');
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ outcome: 'cancelled' });
    expect(readdirSync(folder)).toEqual([]);
  },
);

function workflow(nodes: Workflow['nodes']): Workflow {
  return { format: 'unclip-workflow', version: 1, nodes };
}

/** A folder with these files and, unless given, an image `cat.png`. */
function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = tempFolder();
  copyFileSync(join(IMAGES, 'rgb.png'), join(folder, 'cat.png'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}
