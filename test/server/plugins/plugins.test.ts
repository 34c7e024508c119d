import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { RgbImage } from '@unclip-studio/nodes-unclip';
import {
  createKeptResults,
  createResultStore,
  loadPlugins,
  type Plugins,
  readEmbeddedWorkflow,
} from '@unclip-studio/server';
import { evaluatePluginNode, runWorkflow, type Workflow } from '@unclip-studio/server/library';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { longTest } from '../../support/long-suite.js';
import { evaluateDo, pluginCode, pluginFolder, smallImage } from '../../support/plugin-folder.js';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer, workflowOf } from '../../support/test-server.js';
import { unclip } from '../../support/unclip.js';

interface Images {
  readonly image: readonly [RgbImage];
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const EXAMPLES = join(ROOT, 'examples/plugins');

const INVERT = `import { matrix } from './matrix.ts';
${pluginCode(
  'return { image: inputs.image.map(({ width, height, data }) => { services.bulk.mixChannels(data, matrix); return { width, height, data }; }) };',
)}`;
const MATRIX = 'export const matrix: readonly number[] = [-1, 0, 0, 255, 0, -1, 0, 255, 0, 0, -1, 255];';
const files = { 'index.ts': INVERT, 'matrix.ts': MATRIX };

const saving = (type: string, params: object = {}, more: object = {}) => ({
  ...(workflowOf({
    photo: { type: 'LoadImage', params: { image: 'heart.png' } },
    do: { type, inputs: { image: 'photo.image' }, params },
    save: { type: 'SaveImage', inputs: { image: 'do.image' } },
  }) as object),
  ...more,
});

let opened: Plugins[] = [];
afterEach(async () => {
  await Promise.all(opened.map((plugins) => plugins.close()));
  opened = [];
});

async function load(...nodeFolders: readonly string[]): Promise<Plugins> {
  const plugins = await loadPlugins({ nodeFolders, dataFolder: tempFolder() });
  opened.push(plugins);
  return plugins;
}

function readPngWorkflow(path: string): unknown {
  return JSON.parse(readEmbeddedWorkflow(readFileSync(path)) ?? '');
}

const visibleIn = (folder: string) => readdirSync(folder).filter((name) => !name.startsWith('.'));

describe('a plug-in in a folder', () => {
  test('is TypeScript of several files, and evaluates what it is given', async () => {
    const plugins = await load(pluginFolder({ files }));

    expect(plugins.problems).toEqual([]);
    await expect(evaluateDo(plugins)).resolves.toEqual({
      image: [{ width: 2, height: 1, data: Uint8Array.from([245, 235, 225, 215, 205, 195]) }],
    });
  });

  test('is identified by the content of its files: exactly those that it consists of', async () => {
    const folder = pluginFolder({ files });
    const contentOf = async () => (await load(folder)).nodes[0]?.plugin?.sha256;
    const before = await contentOf();
    writeFileSync(join(folder, 'README.md'), 'What it does.');

    expect(await contentOf()).toBe(before);
    writeFileSync(join(folder, 'matrix.ts'), MATRIX.replace('255', '254'));
    expect(await contentOf()).not.toBe(before);
  });

  test('with errors is reported by its name, and leaves the others as they are', async () => {
    const wrong = pluginFolder({ name: 'wrong', files: { 'index.ts': 'export const nodes = [;' } });
    const throwing = pluginFolder({ name: 'throwing', files: { 'index.ts': 'throw new Error("no way");' } });
    const plugins = await load(wrong, throwing, pluginFolder({ files }));

    expect(plugins.nodes.map(({ type }) => type)).toEqual(['mine/Do']);
    expect(plugins.problems).toEqual([
      expect.stringContaining('Plug-in wrong: index.ts:1: Unexpected ";"'),
      'Plug-in throwing: it cannot be loaded: no way',
    ]);
  });

  test('gets nothing if the file with the grants is damaged, which is reported', async () => {
    const dataFolder = tempFolder();
    mkdirSync(join(dataFolder, 'plugins'));
    writeFileSync(join(dataFolder, 'plugins/plugins-lock.json'), '{');
    const plugins = await loadPlugins({ nodeFolders: [pluginFolder({ files })], dataFolder });
    opened.push(plugins);

    expect(plugins.problems).toEqual([expect.stringContaining('plugins-lock.json: it is damaged')]);
    await expect(evaluateDo(plugins)).resolves.toHaveProperty('image');
  });

  test('has its own port types, whose values are stored by its codec', async () => {
    const code = `import { defineNodeWith, definePortType } from 'unclip-studio/nodes';
      class Curve { constructor(readonly points: Float32Array) {} }
      export const portTypes = [definePortType({
        name: 'curve', looks: { colour: '#123456', shape: 'square' }, describe: 'A curve.',
        codec: { version: 1, encode: (curve: Curve) => ({ fields: { n: curve.points.length }, arrays: [curve.points] }),
          decode: async ({ arrays }) => new Curve(arrays[0] as Float32Array) },
      })];
      const defineNode = defineNodeWith<{ curve: Curve }>();
      const base = { version: 1, title: 'C', description: 'C.', category: 'test', params: {}, pure: true } as const;
      export const nodes = [
        defineNode({ ...base, type: 'Make', inputs: { image: { type: 'image', help: '' } }, outputs: { curve: { type: 'curve', help: '' } },
          evaluate: async ({ inputs }) => ({ curve: new Curve(Float32Array.from(inputs.image[0].data)) }) }),
        defineNode({ ...base, type: 'Use', inputs: { curve: { type: 'curve', help: '' } }, outputs: { image: { type: 'image', help: '' } },
          evaluate: async ({ inputs: { curve } }) => ({ image: [{ width: curve.points.length / 3, height: 1, data: Uint8Array.from(curve.points) }] }) }),
      ];`;
    const plugins = await load(pluginFolder({ files: { 'index.ts': code } }));
    const [make, use] = plugins.nodes;
    if (make === undefined || use === undefined) throw new Error(plugins.problems.join());
    const context = {
      services: {} as never,
      signal: new AbortController().signal,
      progress() {},
      preview() {},
      publish() {},
    };
    const results = createResultStore({ folder: tempFolder(), maxBytes: 1e6 });
    const kept = createKeptResults(results, { open: () => Promise.reject(), openModel: () => Promise.reject() });

    const values = await make.evaluate({ inputs: { image: [smallImage()] }, params: {} }, context);
    kept.write('f'.repeat(64), { values, published: [] }, make);
    await results.flush();
    const read = await kept.read('f'.repeat(64), make);
    const used = await use.evaluate({ inputs: { curve: read?.values['curve'] }, params: {} }, context);

    expect(make.outputs['curve']).toMatchObject({ type: 'mine/curve', looks: { colour: '#123456', shape: 'square' } });
    expect(used).toEqual({ image: [smallImage()] });
  });
});

describe('the command line', () => {
  test('runs nodes of plug-ins, says which package has missing ones, and writes plug-ins into receipts', async () => {
    const cwd = tempFolder();
    const folder = pluginFolder({ files });
    writeFileSync(join(cwd, 'w.json'), JSON.stringify(saving('mine/Do')));

    const missing = await unclip(['run', 'w.json'], { cwd });
    const run = await unclip(['run', 'w.json', '--nodes', folder], { cwd });
    const image = run.stdout.trim();
    const verified = await unclip(['verify', image, '--nodes', folder], { cwd });
    const elsewhere = await unclip(['verify', image], { cwd });
    writeFileSync(join(folder, 'matrix.ts'), MATRIX.replace('255', '254'));
    const changed = await unclip(['verify', image, '--nodes', folder], { cwd });
    const listed = await unclip(['nodes', '--nodes', folder], { cwd });

    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain(
      'It comes from the plug-in "mine", which is not loaded here. An operator can add it: unclip plugins add mine',
    );
    expect(run.code).toBe(0);
    expect(verified.stdout).toContain('ok     The plug-in mine@1.0.0 is here, with the same content.');
    expect(verified.stdout).not.toContain('WRONG');
    expect(elsewhere.stdout).toContain('open   The plug-in mine@1.0.0, which made parts of it, is not here.');
    expect(changed.stdout).toContain('here is mine@1.0.0, with another content');
    expect(listed.stdout).toContain('mine/Do (image: image) -> image: image');
  });

  test('opens workflows of older versions, runs examples of plug-ins, and writes modules and differences with their nodes', async () => {
    const cwd = tempFolder();
    const code = `${INVERT.replaceAll('amount', 'strength')}
      export const migrations = [{ version: '1.0.0', type: 'Do', renameParams: { amount: 'strength' } }];
      export const workflows = { example: ${JSON.stringify(saving('mine/Do'))} };`;
    const folder = pluginFolder({ files: { ...files, 'index.ts': code } });
    const older = saving('mine/Do', { amount: 3 }, { plugins: { mine: '0.9.0' } });
    writeFileSync(join(cwd, 'old.json'), JSON.stringify(older));
    const newer = saving('mine/Do', { strength: 4 }, { plugins: { mine: '1.0.0' } });
    writeFileSync(join(cwd, 'new.json'), JSON.stringify(newer));
    const withPlugin = (...args: readonly string[]) => unclip([...args, '--nodes', folder], { cwd });

    const set = await withPlugin('run', 'old.json', '--set', 'do.strength=5');
    const example = await withPlugin('run', 'mine/example', '--out', 'example');
    const different = await withPlugin('diff', 'old.json', 'new.json');
    const module = await withPlugin('gen', 'old.json');
    const missing = await unclip(['gen', 'old.json'], { cwd });

    expect(set.code).toBe(0);
    expect(readPngWorkflow(join(cwd, set.stdout.trim()))).toMatchObject({
      plugins: { mine: '1.0.0' },
      nodes: { do: { params: { strength: 5 } } },
    });
    expect(example.code).toBe(0);
    expect(different.stdout).toBe('~ do (mine/Do), strength: 3 -> 4\n');
    expect(module.stdout).toContain(
      '// It uses nodes of plug-ins: mine@1.0.0. Add them with "unclip plugins add NAME"',
    );
    expect(module.stdout).toContain('"strength": 3');
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('An operator can add it: unclip plugins add mine@0.9.0');
  });

  test('adds a package, lists its restrictions, grants, rejects a package changed since, and removes it', async () => {
    const dataFolder = tempFolder();
    const unpacked = tempFolder();
    const unclipSection = { needs: { network: ['a.example'], files: { luts: 'read' } } };
    pluginFolder({ files, unclip: unclipSection, folder: join(unpacked, 'package') });
    execFileSync('tar', ['-czf', join(unpacked, 'mine-1.0.0.tgz'), '-C', unpacked, 'package']);
    const plugins = (...args: readonly string[]) =>
      unclip(['plugins', ...args, '--data-dir', dataFolder], { cwd: unpacked });

    const added = await plugins('add', 'mine-1.0.0.tgz');
    const granted = await plugins('grant', 'mine', 'network:a.example');
    const badGrant = await plugins('grant', 'mine', 'everything');
    const listed = await plugins('list');
    writeFileSync(join(dataFolder, 'plugins/mine/index.ts'), pluginCode('return inputs;'));
    const changed = await plugins('list');
    const removed = await plugins('remove', 'mine');
    const empty = await plugins('list');

    expect(added.stdout).toContain('Added mine@1.0.0.');
    expect(added.stdout).toContain('allow it with: unclip plugins grant mine network:a.example');
    expect(granted.stdout).toContain('mine may: network:a.example.');
    expect(badGrant).toMatchObject({ code: 2, stderr: expect.stringContaining('expected onnx, network:HOST') });
    expect(listed.stdout).toContain('nodes: mine/Do');
    expect(listed.stdout).toContain('contained: no files, network, processes or models but network:a.example');
    expect(listed.stdout).toContain('asks for files:luts=FOLDER (read)');
    expect(changed.stdout).toContain('is not as it was added; add it again');
    expect(removed.code).toBe(0);
    expect(visibleIn(join(dataFolder, 'plugins'))).toEqual(['plugins-lock.json']);
    expect(empty.stderr).toContain('There are no plug-ins');
  });

  test.each([
    ['../outside.txt', '0', 'leads out of the package'],
    ['package/../../outside.txt', '0', 'leads out of the package'],
    ['/outside.txt', '0', 'leads out of the package'],
    ['package/link', '2', 'neither a file nor a folder'],
  ])('adds no archive with %s of the type %s', async (path, type, problem) => {
    const cwd = tempFolder();
    const header = Buffer.alloc(512);
    header.write(path, 0);
    header.write('00000000000', 124);
    header.write(type, 156);
    writeFileSync(join(cwd, 'evil.tgz'), gzipSync(Buffer.concat([header, Buffer.alloc(1024)])));

    const added = await unclip(['plugins', 'add', 'evil.tgz', '--data-dir', join(cwd, 'data')], { cwd });

    expect(added.code).toBe(2);
    expect(added.stderr).toContain(problem);
    expect(existsSync(join(cwd, 'outside.txt')) || existsSync(join(cwd, '../outside.txt'))).toBe(false);
    expect(readdirSync(join(cwd, 'data/plugins'))).toEqual([]);
  });

  longTest('writes a package whose test runs its node', async () => {
    const cwd = tempFolder();
    const created = await unclip(['nodes', 'create', 'my-node'], { cwd });
    mkdirSync(join(cwd, 'my-node/node_modules'));
    symlinkSync(ROOT, join(cwd, 'my-node/node_modules/unclip-studio'));

    const words = execFileSync(process.execPath, ['--test', '--test-reporter=tap'], {
      cwd: join(cwd, 'my-node'),
      encoding: 'utf8',
    });

    expect(created.code).toBe(0);
    expect(words).toContain('# pass 1');
    expect((await unclip(['nodes', 'create', 'my-node'], { cwd })).stderr).toContain('is there already');
    expect((await unclip(['nodes', 'create', 'My Node'], { cwd })).stderr).toContain('cannot be the name of a package');
  });
});

test('a program runs workflows with nodes of plug-ins that were added, or are in a folder, and gets an error for missing ones', async () => {
  const dataFolder = tempFolder();
  cpSync(pluginFolder({ files }), join(dataFolder, 'nodes/mine'), { recursive: true });
  const workflow = saving('mine/Do', {}, { plugins: { mine: '1.0.0' } }) as unknown as Workflow;

  const added = await runWorkflow(workflow, {}, { dataFolder });
  const named = await runWorkflow(workflow, {}, { dataFolder: tempFolder(), nodeFolders: [join(dataFolder, 'nodes')] });

  expect(added['save']).toHaveLength(1);
  expect(named).toEqual(added);
  await expect(runWorkflow(workflow, {}, { dataFolder: tempFolder() })).rejects.toThrow(
    'unclip plugins add mine@1.0.0',
  );
});

test('a server lists the nodes of plug-ins, runs them, and says what is wrong with others', async () => {
  const words: string[] = [];
  const nodeFolders = [pluginFolder({ files }), pluginFolder({ name: 'wrong', files: { 'index.ts': 'throw 1;' } })];
  const server = await startTestServer(
    tempFolder(),
    {},
    { machine: { plugins: { nodeFolders, dataFolder: tempFolder() } } },
    (line) => void words.push(line),
  );
  onTestFinished(() => server.close());
  const { body } = await server.ask('GET', '/api/nodes');
  const started = await server.ask('POST', '/api/runs', { workflow: saving('mine/Do') });
  const run = () => server.ask('GET', `/api/runs/${started.body.id}`);
  await expect.poll(async () => (await run()).body.state).toBe('succeeded');

  expect(body.nodes.at(-1)).toMatchObject({ type: 'mine/Do', plugin: { name: 'mine', version: '1.0.0' } });
  expect(body.pluginProblems).toEqual([expect.stringContaining('Plug-in wrong: ')]);
  expect((await run()).body.outputs).toHaveLength(1);
  expect(words.join()).toContain('Plug-in wrong: ');
});

test('a running server applies changes of a plug-in, including its metadata', async () => {
  const folder = pluginFolder({ files });
  const server = await startTestServer(
    tempFolder(),
    {},
    { machine: { plugins: { nodeFolders: [folder], dataFolder: tempFolder() } } },
  );
  onTestFinished(() => server.close());
  const told: string[][] = [];
  server.events.subscribe((event) => event.type === 'nodes-changed' && told.push([...event.problems]));
  const started = await server.ask('POST', '/api/runs', { workflow: saving('mine/Do') });
  const stateOf = async (id: string) => (await server.ask('GET', `/api/runs/${id}`)).body;
  await expect.poll(async () => (await stateOf(started.body.id)).state).toBe('succeeded');
  await server.ask('PUT', '/api/workflows/old', { workflow: saving('mine/Do'), baseRevision: 0 });

  // An error: the previous nodes stay in use.
  writeFileSync(join(folder, 'index.ts'), 'export const nodes = [;');
  await expect.poll(() => told.at(-1)).toEqual([expect.stringContaining('Plug-in mine: index.ts:1: Unexpected ";"')]);
  const broken = await server.ask('POST', '/api/runs', { workflow: saving('mine/Do') });
  await expect.poll(async () => (await stateOf(broken.body.id)).state).toBe('succeeded');

  // A newer version, whose node has another name.
  const manifest = readFileSync(join(folder, 'package.json'), 'utf8');
  writeFileSync(join(folder, 'package.json'), manifest.replace('1.0.0', '2.0.0'));
  writeFileSync(
    join(folder, 'index.ts'),
    `${INVERT.replace("type: 'Do'", "type: 'Invert'")}
     export const migrations = [{ version: '2.0.0', type: 'Do', renameType: 'Invert' }];
     export const messages = { de: { 'Invert.title': 'Umkehren', 'Invert.amount.help': 'Wie viel.' } };
     export const workflows = { invert: { ...${JSON.stringify(saving('mine/Invert'))}, title: 'Invert a photo' } };`,
  );
  await expect.poll(() => told.at(-1)).toEqual([]);
  const { body } = await server.ask('GET', '/api/nodes?language=de');
  const template = await server.ask('GET', '/api/templates/mine%2Finvert');
  const runs = await Promise.all(
    [{ template: 'mine/invert' }, { workflowName: 'old' }].map((source) => server.ask('POST', '/api/runs', source)),
  );

  expect(body.nodes.at(-1)).toMatchObject({
    ...{ type: 'mine/Invert', title: 'Umkehren', description: 'Does it.' },
    params: { amount: { help: 'Wie viel.' } },
  });
  expect(body.packages).toEqual([
    { name: 'mine', version: '2.0.0', migrations: [{ version: '2.0.0', type: 'Do', renameType: 'Invert' }] },
  ]);
  expect((await server.ask('GET', '/api/templates')).body.templates).toContainEqual({
    ...{ name: 'mine/invert', title: 'Invert a photo', nodeTypes: ['LoadImage', 'SaveImage', 'mine/Invert'] },
  });
  expect(template.body.nodes.do.type).toBe('mine/Invert');
  expect((await server.ask('GET', '/api/workflows/old')).body.workflow.plugins).toEqual({ mine: '1.0.0' });
  for (const { body: run } of runs) {
    await expect.poll(async () => (await stateOf(run.id)).state).toBe('succeeded');
    expect((await stateOf(run.id)).outputs).toHaveLength(1);
  }
});

describe('examples', () => {
  const example = (name: string) => join(EXAMPLES, name);
  const gray = (level: number, width = 3, height = 3) => ({
    ...{ width, height },
    data: new Uint8Array(3 * width * height).fill(level),
  });

  test('colour grading: a stop of exposure, no saturation', async () => {
    const image = [{ width: 1, height: 1, data: Uint8Array.from([200, 100, 50]) }];
    const grade = async (params: object) => [
      ...(
        await evaluatePluginNode<Images>(example('colour-grading'), 'ColourGrade', {
          inputs: { image },
          params: { ...params },
        })
      ).image[0].data,
    ];

    expect(await grade({})).toEqual([200, 100, 50]);
    const luma = Math.round(0.2126 * 200 + 0.7152 * 100 + 0.0722 * 50);
    expect(await grade({ saturation: 0 })).toEqual([luma, luma, luma]);
    // A stop doubles linear light, which is a factor of 2 ** (1 / 2.2) in levels.
    expect(await grade({ exposure: 1 })).toEqual([
      255,
      Math.round(100 * 2 ** (1 / 2.2)),
      Math.round(50 * 2 ** (1 / 2.2)),
    ]);
  });

  test('edges: none where all is alike, and white along a border of black and white', async () => {
    const image = gray(0, 8, 4);
    for (let i = 0; i < image.data.length; i++) if (i % 24 >= 12) image.data[i] = 255;
    const edges = async (one: object) =>
      (
        await evaluatePluginNode<Images>(example('edge-detector'), 'SobelEdges', {
          inputs: { image: [one] },
          params: { blur: 0 },
        })
      ).image[0];

    expect([...new Set((await edges(gray(90))).data)]).toEqual([0]);
    const row = [...(await edges(image)).data.subarray(0, 24)].filter((_, i) => i % 3 === 0);
    expect(row).toEqual([0, 0, 0, 255, 255, 0, 0, 0]);
  });

  test('an ONNX model: runs once it is granted, and gives the convolution', async () => {
    const image = gray(100);
    image.data.fill(120, 12, 15);
    const sharpen = (grants: object) =>
      evaluatePluginNode<Images>(example('onnx-sharpen'), 'SharpenModel', {
        inputs: { image: [image] },
        params: { amount: 1 },
        grants,
      });

    await expect(sharpen({})).rejects.toThrow('unclip plugins grant onnx-sharpen onnx');
    const {
      image: [sharpened],
    } = await sharpen({ onnx: true });
    // 5 times the pixel, less its four neighbours.
    expect(sharpened.data[12]).toBe(5 * 120 - 4 * 100);
    expect(sharpened.data[3]).toBe(5 * 100 - 100 - 100 - 120 - 0);
  });

  test('the notifier: notifies its server once that is granted, and no one else', async () => {
    const asked: string[] = [];
    const server = createServer(async (request, response) => {
      const body = await new Response(request as never).text();
      asked.push(`${request.method} ${request.url} ${body}`);
      response.end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    onTestFinished(() => void server.close());
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const folder = tempFolder();
    cpSync(example('notifier'), folder, { recursive: true });
    const manifest = readFileSync(join(folder, 'package.json'), 'utf8').replace('ntfy.sh"]', `${host}"]`);
    writeFileSync(join(folder, 'package.json'), manifest);
    const notify = (grants: object, address = `http://${host}`) =>
      evaluatePluginNode<Images>(folder, 'Notify', {
        inputs: { image: [gray(1), gray(2)] },
        params: { server: address, topic: 'mine' },
        grants,
      });

    await expect(notify({})).rejects.toThrow(`network:${host}`);
    await expect(notify({ network: [host] }, 'http://other.example')).rejects.toThrow('does not name other.example');
    await notify({ network: [host] });
    expect(asked).toEqual(['POST /mine 2 images are done.']);
  });
});

describe('a plug-in that needs Node', () => {
  const codeFor = (port: number) =>
    pluginCode(
      `const tried = [
       () => readFileSync(new URL('index.ts', 'file://' + root + '/'), 'utf8').length > 0,
       () => readFileSync('/etc/hostname', 'utf8'), () => writeFileSync(root + '/x', ''), () => spawnSync('true').status,
       () => new Worker('1', { eval: true }), () => Object.keys(process.env).join(),
     ].map((work) => { try { return String(work()); } catch (error) { return error.code; } });
     const connected = await new Promise((done) => {
       const socket = connect(${port}, '127.0.0.1');
       socket.on('connect', () => done('connected')).on('error', (error) => done(error.code));
     });
     console.log([...tried, connected].join(' '));
     return inputs;`,
      {
        before: `import { readFileSync, writeFileSync } from 'node:fs'; import { spawnSync } from 'node:child_process';
        import { connect } from 'node:net'; import { Worker } from 'node:worker_threads'; const root = process.cwd();
        // No messages of a plug-in; they are passed over.
        process.send(null); process.send({ type: 'log' }); process.send({ type: 'request', buffers: 1 });`,
      },
    );

  test('runs only once it is trusted, as it was then, in a process with the permissions of Node', async () => {
    const dataFolder = tempFolder();
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    onTestFinished(() => void server.close());
    const code = codeFor((server.address() as AddressInfo).port);
    const folder = pluginFolder({ unclip: { contained: false }, files: { 'index.ts': code } });
    const logged: string[] = [];
    const loadNow = async () => {
      const plugins = await loadPlugins({ nodeFolders: [folder], dataFolder }, { onLog: (text) => logged.push(text) });
      opened.push(plugins);
      return plugins;
    };
    const trust = () => unclip(['plugins', 'trust', 'mine', '--nodes', folder, '--data-dir', dataFolder]);

    const before = await loadNow();
    const trusted = await trust();
    const after = await loadNow();
    await evaluateDo(after);
    writeFileSync(join(folder, 'index.ts'), `${code}\n// changed`);
    const changed = await loadNow();

    expect(before.problems).toEqual([
      'Plug-in mine: it needs Node and is not trusted; read its code, and then: unclip plugins trust mine',
    ]);
    expect(trusted.stdout).toContain('NOT sandboxed: runs in Node');
    expect(after.problems).toEqual([]);
    expect(logged).toEqual([
      expect.stringMatching(
        /^mine: true ERR_ACCESS_DENIED ERR_ACCESS_DENIED ERR_ACCESS_DENIED ERR_ACCESS_DENIED PATH(,NODE_CHANNEL_\w+)* (E\w+|connected)$/,
      ),
    ]);
    // Said by "plugins list" as well.
    const isNetworkContained = trusted.stdout.includes('a namespace of its own');
    expect(logged.join().endsWith(' connected')).toBe(!isNetworkContained);
    expect(isNetworkContained).toBe(spawnSync('unshare', ['-rn', 'true']).status === 0);
    expect(changed.problems.join()).toContain('it needs Node and has changed since it was trusted');
  });
});
