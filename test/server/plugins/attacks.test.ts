import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type LoadPluginsOptions, loadPlugins, type Plugins, writePluginLock } from '@unclip-studio/server';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { inLongSuite, longTest } from '../../support/long-suite.js';
import { tarOf } from '../../support/packed-plugin.js';
import {
  CAPTURE_BRIDGE,
  evaluateDo,
  type PluginParts,
  pluginCode,
  pluginFolder,
  smallImage,
} from '../../support/plugin-folder.js';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

// Attacks by malicious plug-ins. None reaches what it was not granted, and another plug-in keeps working meanwhile.

const SECRET = 'the secret of another folder';
const LIMITS = { memoryBytes: 48 * 2 ** 20, callMs: 500 };

let opened: Plugins[] = [];
afterEach(async () => {
  await Promise.all(opened.map((plugins) => plugins.close()));
  opened = [];
});

interface Attack extends Omit<PluginParts, 'files'> {
  readonly code: string;
  readonly files?: PluginParts['files'];
  readonly grants?: {
    readonly onnx?: boolean;
    readonly network?: readonly string[];
    readonly files?: Record<string, string>;
  };
  readonly options?: LoadPluginsOptions;
}

async function load({ code, grants, files, options = {}, ...parts }: Attack): Promise<Plugins> {
  const dataFolder = tempFolder();
  mkdirSync(join(dataFolder, 'plugins'));
  const decided = { grants: { onnx: false, network: [], files: {}, ...grants } };
  await writePluginLock(dataFolder, {
    mine: { ...decided, grants: { ...decided.grants, network: [...decided.grants.network] } },
  });
  const folder = pluginFolder({ ...parts, files: { 'index.ts': code, ...files } });
  const plugins = await loadPlugins({ nodeFolders: [folder], dataFolder }, { limits: LIMITS, ...options });
  opened.push(plugins);
  return plugins;
}

/** What the attack found out, as a text; an error of the plug-in as its message. */
async function attack(given: Attack): Promise<string> {
  const logged: string[] = [];
  const plugins = await load({ ...given, options: { ...given.options, onLog: (text) => logged.push(text) } });
  if (plugins.problems.length > 0) return plugins.problems.join('\n');
  const inference = { run: () => Promise.reject(new Error('a model was run')) };
  return evaluateDo(plugins, { services: { inference } }).then(
    () => logged.join('\n'),
    (error) => `${logged.join('\n')}${(error as Error).message}`,
  );
}

const say = (expression: string) => pluginCode(`console.log(${expression}); return inputs;`);

describe('names of Node and of browsers', () => {
  test('are not there, so that no file, socket or process is within reach', async () => {
    const names = ['process', 'Buffer', 'module', 'global', 'fetch', 'WebSocket', 'XMLHttpRequest', 'Deno', 'Worker'];

    expect(await attack({ code: say(`[${names.map((one) => `typeof ${one}`)}].join(' ')`) })).toBe(
      `mine: ${names.map(() => 'undefined').join(' ')}`,
    );
  });

  const variants = inLongSuite(['node:child_process', 'node:net', 'node:worker_threads', 'node:vm']);
  test.each(['node:fs', 'fs', ...variants])('a plug-in that imports %s is not loaded', async (module) => {
    const words = await attack({
      code: pluginCode('return inputs;', { before: `import * as it from '${module}'; it;` }),
    });

    expect(words).toContain('Plug-in mine: ');
    expect(words).toContain(`Could not resolve "${module}"`);
  });

  test('are not there for code that is made at run time either', async () => {
    const code = say(
      `[(() => {}).constructor('return typeof process')(), services.fetch.constructor('return typeof require')(), typeof (0, eval)('this').process].join(' ')`,
    );

    expect(await attack({ code })).toBe('mine: undefined undefined undefined');
  });

  test('are not brought by an import at run time', async () => {
    expect(
      await attack({ code: pluginCode(`const name = 'node:' + 'fs'; await import(name); return inputs;`) }),
    ).toMatch(/could not load module|not supported|Could not/i);
  });

  test('the exit of the process is none of them', async () => {
    const code = pluginCode(`try { process.exit(1); } catch {} throw { toString() { throw null; } };`);
    const plugins = await load({ code });

    await expect(evaluateDo(plugins)).rejects.toThrow('Plug-in mine');
    await expect(evaluateDo(plugins)).rejects.toThrow('Plug-in mine');
  });
});

describe('files', () => {
  test('outside of its folder are not bundled with it, as modules, as data or by links', async () => {
    const secret = join(tempFolder(), 'secret.json');
    writeFileSync(secret, JSON.stringify({ secret: SECRET }));
    const folder = tempFolder();
    symlinkSync(secret, join(folder, 'link.json'));

    for (const path of [secret, './link.json']) {
      const code = pluginCode('console.log(it.secret); return inputs;', { before: `import it from '${path}';` });
      const words = await attack({ code, folder });
      expect(words).toContain("is not inside of the plug-in's folder");
      expect(words).not.toContain(SECRET);
    }
  });

  test('are given only from folders that were declared and granted', async () => {
    const code = pluginCode(`console.log((await services.files.read('luts', 'a.txt')).length);`, {
      more: 'sideEffects: true,',
    });
    const granted = tempFolder();
    writeFileSync(join(granted, 'a.txt'), 'abc');
    const unclip = { needs: { files: { luts: 'read' } } };

    expect(await attack({ code })).toContain('the manifest does not name this folder');
    expect(await attack({ code, unclip })).toContain('unclip plugins grant mine files:luts=FOLDER');
    expect(await attack({ code, unclip, grants: { files: { luts: granted } } })).toBe('mine: 3');
  });

  const variants = inLongSuite(['sub/../../secret.txt', '/etc/passwd', 'a\\0b']);
  test.each(['../secret.txt', 'link/secret.txt', 'file-link', ...variants])(
    'are not reached out of a granted folder by the path %s, to read or to write',
    async (path) => {
      const outside = tempFolder();
      const granted = join(outside, 'granted');
      mkdirSync(join(granted, 'sub'), { recursive: true });
      writeFileSync(join(outside, 'secret.txt'), SECRET);
      symlinkSync(outside, join(granted, 'link'));
      symlinkSync(join(outside, 'secret.txt'), join(granted, 'file-link'));
      const code = pluginCode(
        `for (const work of [() => services.files.read('it', '${path}'), () => services.files.write('it', '${path}', 'x')])
          await work().then(() => console.log('reached'), (error) => console.log(error.message));`,
        { more: 'sideEffects: true,' },
      );
      const words = await attack({
        ...{ code, unclip: { needs: { files: { it: 'read-write' } } } },
        grants: { files: { it: granted } },
      });

      expect(words).toBe('mine: the path leads out of the folder\nmine: the path leads out of the folder');
    },
  );

  test('are not written where the manifest says that it reads, nor by a write through a new folder behind a link', async () => {
    const outside = tempFolder();
    const granted = tempFolder();
    symlinkSync(outside, join(granted, 'link'));
    const code = pluginCode(`await services.files.write('it', 'link/new/x', 'x');`, { more: 'sideEffects: true,' });

    expect(
      await attack({ code, unclip: { needs: { files: { it: 'read' } } }, grants: { files: { it: granted } } }),
    ).toContain('not for writing');
    expect(
      await attack({ code, unclip: { needs: { files: { it: 'read-write' } } }, grants: { files: { it: granted } } }),
    ).toContain('the path leads out of the folder');
  });

  test('and the network are not given to a node that calls itself pure', async () => {
    const unclip = { needs: { files: { it: 'read' }, network: ['127.0.0.1'] } };
    const grants = { files: { it: tempFolder() }, network: ['127.0.0.1'] };

    expect(
      await attack({ code: pluginCode(`await services.files.list('it'); return inputs;`), unclip, grants }),
    ).toContain('a pure node may not use files');
    expect(
      await attack({ code: pluginCode(`await services.fetch('http://127.0.0.1/'); return inputs;`), unclip, grants }),
    ).toContain('a pure node may not use the network');
  });
});

describe('the network', () => {
  async function listener(location?: string) {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.host}`);
      response.writeHead(location === undefined ? 200 : 302, location === undefined ? {} : { location });
      response.end('yes');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    onTestFinished(() => void server.close());
    return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }
  const asking = (expression: string) =>
    pluginCode(`const a = await services.fetch(${expression}); console.log(a.status, a.text);`, {
      more: 'sideEffects: true,',
    });

  test('is sent only to hosts that were declared and granted', async () => {
    const { host, asked } = await listener();
    const code = asking(`'http://${host}/x'`);

    expect(await attack({ code })).toContain('the manifest does not name');
    expect(await attack({ code, unclip: { needs: { network: [host] } } })).toContain(
      `unclip plugins grant mine network:${host}`,
    );
    expect(
      await attack({ code, unclip: { needs: { network: ['a.example'] } }, grants: { network: [host] } }),
    ).toContain('the manifest does not name');
    expect(asked).toEqual([]);
    expect(await attack({ code, unclip: { needs: { network: [host] } }, grants: { network: [host] } })).toBe(
      'mine: 200 yes',
    );
  });

  test('is not reached by a redirect of a granted host', async () => {
    const inner = await listener();
    const { host } = await listener(`http://${inner.host}/secret`);

    expect(
      await attack({
        code: asking(`'http://${host}/'`),
        unclip: { needs: { network: [host] } },
        grants: { network: [host] },
      }),
    ).toBe('mine: 302 yes');
    expect(inner.asked).toEqual([]);
  });

  const variants = inLongSuite([`{ 'a\\nb': 'x' }`, `{ 'Content-Length': '5' }`]);
  test.each([`{ Host: 'other' }`, `{ a: 'x\\r\\nb: y' }`, ...variants])(
    'is not sent with the headers %s',
    async (headers) => {
      const { host, asked } = await listener();

      expect(
        await attack({
          code: asking(`'http://${host}/', { headers: ${headers} }`),
          ...{ unclip: { needs: { network: [host] } }, grants: { network: [host] } },
        }),
      ).toContain('cannot be sent');
      expect(asked).toEqual([]);
    },
  );

  test.each(['file:///etc/passwd', 'data:text/plain,x', 'http://name:word@127.0.0.1/'])('is not %s', async (url) => {
    const words = await attack({
      code: asking(`'${url}'`),
      ...{ unclip: { needs: { network: ['127.0.0.1'] } }, grants: { network: ['127.0.0.1'] } },
    });

    expect(words).toMatch(/does not name|not fetched/);
  });
});

describe('time and memory', () => {
  const TOO_LONG = /^Plug-in mine: it took longer than 0\.5 s/;

  test.each<[string, string, RegExp]>([
    ['a loop', 'for (;;) try { for (;;); } catch {}', TOO_LONG],
    // Each keeps the one before, and which limit is met first is a matter of the machine's speed.
    [
      'promises that follow each other',
      'const go = () => Promise.resolve().then(go); await go();',
      /^Plug-in mine: it (?:took longer than 0\.5 s|ran out of memory)/,
    ],
    ...inLongSuite<[string, string, RegExp]>([
      ['a regular expression', `/^(a+)+$/.test('a'.repeat(40) + 'b');`, TOO_LONG],
      ['sorting', 'for (;;) Array.from({ length: 1e5 }, Math.random).sort(() => Math.random() - 0.5);', TOO_LONG],
    ]),
  ])('%s without end is ended, and the next call is as if nothing had been', async (_, statements, words) => {
    const code = pluginCode(`if (inputs.image[0].data[0] === 255) { ${statements} } return inputs;`);
    const plugins = await load({ code });

    const endless = evaluateDo(plugins, { image: { width: 1, height: 1, data: new Uint8Array(3).fill(255) } });

    await expect(endless).rejects.toThrow(words);
    await expect(evaluateDo(plugins)).resolves.toEqual({ image: [smallImage()] });
  });

  test('others continue while a plug-in loops', async () => {
    const plugins = await load({ code: pluginCode('for (;;);'), options: { limits: { ...LIMITS, callMs: 60_000 } } });
    const other = await load({ code: pluginCode('return inputs;') });
    const cancel = new AbortController();
    let isOver = false;
    const endless = evaluateDo(plugins, { signal: cancel.signal }).finally(() => {
      isOver = true;
    });

    await expect(evaluateDo(other)).resolves.toEqual({ image: [smallImage()] });
    expect(isOver).toBe(false);
    cancel.abort();
    await expect(endless).rejects.toThrow('Plug-in mine: it was cancelled');
  });

  test.each<[string, string]>([
    ['arrays', 'const all = []; for (;;) all.push(new Uint8Array(1e6));'],
    ...inLongSuite<[string, string]>([
      ['objects', 'const all = []; for (;;) all.push({ all });'],
      ['texts', `const all = []; for (;;) all.push('x'.repeat(1e6) + all.length);`],
      ['bulk operations', 'const all = []; for (;;) all.push(services.bulk.toFloats(new Uint8Array(1e6), 1));'],
    ]),
  ])('memory without end is refused: %s', async (_, statements) => {
    const plugins = await load({ code: pluginCode(statements), options: { limits: { ...LIMITS, callMs: 20_000 } } });
    const before = process.memoryUsage().rss;

    await expect(evaluateDo(plugins)).rejects.toThrow(/Plug-in mine: .*(memory|ended|alloc)/i);
    // Its own memory, copies in transfer, and whatever the heap of this process does meanwhile.
    expect(process.memoryUsage().rss - before).toBeLessThan(400e6);
  });

  longTest('memory that calls leave behind in circles does not add up over calls', async () => {
    const code = pluginCode('const it = { all: new Uint8Array(4e6) }; it.it = it; return inputs;');
    const plugins = await load({ code });

    for (let i = 0; i < 30; i++) await evaluateDo(plugins);
    await expect(evaluateDo(plugins)).resolves.toEqual({ image: [smallImage()] });
  });

  test('calls without end are refused', async () => {
    expect(await attack({ code: pluginCode('const go = () => go() + 1; return go();') })).toMatch(/stack/i);
  });

  test('a promise that never settles is an error', async () => {
    expect(await attack({ code: pluginCode('await new Promise(() => {}); return inputs;') })).toContain(
      'it waits for something that never comes',
    );
  });

  longTest('words and progress without end are cut off', async () => {
    const logged: string[] = [];
    const code = pluginCode(
      `for (let i = 0; i < 5e3; i++) { console.log('x'.repeat(1e4)); progress(i, 5e3); } return inputs;`,
    );
    const plugins = await load({
      code,
      options: { onLog: (text) => logged.push(text), limits: { ...LIMITS, callMs: 20_000 } },
    });

    await evaluateDo(plugins);
    expect(logged.length).toBeLessThanOrEqual(100);
    expect(Math.max(...logged.map(({ length }) => length))).toBeLessThan(3000);
  });

  test('a plug-in that loops while it is loaded is reported, and left out', async () => {
    const plugins = await load({ code: pluginCode('return inputs;', { before: 'for (;;);' }) });

    expect(plugins.problems).toEqual([
      'Plug-in mine: it cannot be loaded: it took longer than 0.5 s, which is the limit',
    ]);
    expect(plugins.nodes).toEqual([]);
  });
});

describe('others', () => {
  test('are not changed by what a plug-in does to prototypes', async () => {
    const before = 'Object.prototype.evil = 1; Array.prototype.map = () => { throw new Error("evil"); };';
    const plugins = await load({ code: pluginCode('return inputs;', { before }) });
    const keys = await attack({ code: say(`Object.keys(JSON.parse('{"__proto__":{"evil":1}}'))`) });

    expect(plugins.problems.join()).toContain('Plug-in mine: ');
    expect(keys).toContain('__proto__');
    expect(({} as { evil?: number }).evil).toBeUndefined();
    expect([1].map((one) => one + 1)).toEqual([2]);
  });

  test('are not pretended to be: a node is named by its package, and only the first package of a name is loaded', async () => {
    const folders = [
      pluginFolder({ files: { 'index.ts': pluginCode('return inputs;').replace("'Do'", "'SaveImage'") } }),
    ];
    folders.push(pluginFolder({ files: { 'index.ts': pluginCode('return inputs;') } }));
    const plugins = await loadPlugins({ nodeFolders: folders, dataFolder: tempFolder() });
    opened.push(plugins);

    expect(plugins.nodes.map(({ type }) => type)).toEqual(['mine/SaveImage']);
    expect(plugins.problems).toEqual([`Plug-in mine: it is there twice; ${folders[1]} is left out`]);
  });

  test.each([
    [
      'another size',
      `return { image: [{ width: 9000, height: 9000, data: new Uint8Array(3) }] };`,
      'an image of another size',
    ],
    [
      'another type',
      `return { image: { dtype: 'float32', dims: [1], data: new Float32Array(1) } };`,
      'form of the type',
    ],
    ['unknown fields', `return { image: [{ ...inputs.image[0], path: '/etc/passwd' }] };`, 'unknown fields: path'],
    ['no numbers', `return { image: [{ width: 1, height: 1, data: [1, 2, 3] }] };`, 'no usable image'],
    ['nothing', 'return {};', 'got nothing'],
    ['a circle', 'const a = {}; a.a = a; return { image: a };', 'nested too deep'],
  ])('do not get a result of %s', async (_, statements, problem) => {
    const words = await attack({ code: pluginCode(statements) });

    expect(words).toContain('Plug-in mine');
    expect(words).toContain(problem);
  });

  test('find no way to the program itself that was left behind', async () => {
    expect(await attack({ code: say(`typeof unclipHost + ' ' + Object.keys(globalThis).join()`) })).toBe(
      'mine: undefined console',
    );
  });
});

describe('what a plug-in says of itself', () => {
  test.each([
    [
      `params: { amount: {`,
      `params: { text: { kind: 'text', default: '', maxLength: 9, help: '', pattern: { source: '(a+)+', meaning: '' } }, amount: {`,
      'pattern',
    ],
    [`type: 'Do'`, `type: '../Do'`, 'expected letters'],
    [`pure: true,`, `pure: true, settle: 5, evil: 1,`, 'evil'],
    [`pure: true,`, ``, 'say "pure: true"'],
    [`inputs: { image: { type: 'image'`, `inputs: { image: { type: 'unet'`, 'and not unet'],
    [`default: 1`, `default: 11`, 'its default 11 is not a number from 0 to 10'],
    [`title: 'Do'`, `title: 'x'.repeat(1e5)`, 'title'],
  ])('is refused with %s -> %s', async (from, to, problem) => {
    const plugins = await load({ code: pluginCode('return inputs;').replace(from, to) });

    expect(plugins.nodes).toEqual([]);
    expect(plugins.problems.join()).toContain('Plug-in mine: ');
    expect(plugins.problems.join()).toContain(problem);
  });
});

describe('models', () => {
  const code = pluginCode(
    `await services.onnx.run('model.onnx', { x: { dtype: 'float32', dims: [2], data: new Float32Array(3) } }); return inputs;`,
  );

  test('run only if they were declared and granted, hold their weights themselves, and get tensors of their shape', async () => {
    const unclip = { needs: { onnx: ['model.onnx'] } };
    const onnx = { onnx: true };

    expect(await attack({ code, files: { 'model.onnx': 'x' } })).toContain('does not name this .onnx file');
    expect(await attack({ code, unclip, files: { 'model.onnx': 'x' } })).toContain('unclip plugins grant mine onnx');
    expect(
      await attack({ code, unclip, files: { 'model.onnx': '\n\u0008location\u0012\u000b/etc/passwd' }, grants: onnx }),
    ).toContain('without external data');
    expect(await attack({ code, unclip, files: { 'model.onnx': 'x' }, grants: onnx })).toContain('feed "x"');
  });
});

describe('messages that a plug-in forges', () => {
  test('cannot hold one array a thousand times over, as a result, in a request or in a computation', async () => {
    const code = pluginCode(
      `delete Object.prototype.receive;
       const list = Array(2000).fill(new ArrayBuffer(4e6));
       for (const work of [() => bridge.send('request', '{}', list, '[9, "fetch"]'), () => bridge.bulk('toFloats', '[1]', list)]) {
         try { work(); } catch (error) { console.log(error.message); }
       }
       bridge.send('result', '{}', list, '');`,
      { before: CAPTURE_BRIDGE },
    );
    const before = process.memoryUsage().rss;
    const words = await attack({ code });

    expect(words).toContain('hold more than its memory');
    expect(process.memoryUsage().rss - before).toBeLessThan(400e6);
  });

  test('are not accepted as progress unless they are counts', async () => {
    const steps: unknown[] = [];
    const code = pluginCode(
      `for (const [step, of] of [[-1, 5], [7, 5], [0.5, 1], [NaN, 2], ['1', 2], [1e300, 1e301], [1, 5]]) {
         const until = Date.now() + 60; while (Date.now() < until);
         progress(step, of);
       }
       return inputs;`,
    );
    const plugins = await load({ code, options: { limits: { ...LIMITS, callMs: 20_000 } } });
    const [node] = plugins.nodes;
    const context = { signal: new AbortController().signal, services: {} as never, preview() {}, publish() {} };
    await node?.evaluate(
      { inputs: { image: [smallImage()] }, params: { amount: 1 } },
      { ...context, progress: (step, of) => void steps.push([step, of]) },
    );

    expect(steps).toEqual([[1, 5]]);
  });

  test('are not read for long, however long a number in them is', async () => {
    const code = pluginCode(
      `delete Object.prototype.receive;
       bridge.send('result', '{"image":["bigint","' + '9'.repeat(7e6) + '"]}', [], '');`,
      { before: CAPTURE_BRIDGE },
    );

    expect(await attack({ code, options: { limits: { ...LIMITS, callMs: 20_000 } } })).toContain(
      'not in the transfer format',
    );
  });
});

describe('names and files with another meaning', () => {
  test.each([
    ['constructor', undefined],
    ['plugins-lock.json', 'expected a name as npm takes it'],
    ['__proto__', 'expected a name as npm takes it'],
    ['../mine', 'expected a name as npm takes it'],
    ['subgraph:mine', 'expected a name as npm takes it'],
  ])('a plug-in called %s gets nothing that others have', async (name, problem) => {
    const plugins = await load({ name, code: pluginCode('return inputs;'), grants: { onnx: true } });

    expect(plugins.all[0]?.decided).toBeUndefined();
    if (problem === undefined) expect(plugins.nodes.map(({ type }) => type)).toEqual([`${name}/Do`]);
    else expect(plugins.problems.join()).toContain(problem);
  });

  test.each(['package.json', 'model.onnx'])('a %s that is a link to something endless is not read', async (file) => {
    const folder = pluginFolder({ unclip: { needs: { onnx: ['model.onnx'] } }, files: { 'index.ts': '' } });
    rmSync(join(folder, file), { force: true });
    symlinkSync('/dev/zero', join(folder, file));
    const plugins = await loadPlugins({ nodeFolders: [folder], dataFolder: tempFolder() });
    opened.push(plugins);

    expect(plugins.problems).toEqual([expect.stringMatching(/expected a file|ELOOP|not a regular file/)]);
  });

  test('an entry cannot inject statements into the code that joins the modules', async () => {
    const unclip = { entry: "index.ts'; globalThis.evil = 1; import './index.ts" };

    expect(await attack({ code: pluginCode('return inputs;'), unclip })).toContain('Could not resolve');
  });

  test('a folder called "constructor" is granted only to plug-ins that have it', async () => {
    const code = pluginCode(`await services.files.list('constructor');`, { more: 'sideEffects: true,' });

    expect(await attack({ code, unclip: { needs: { files: { constructor: 'read' } } } })).toContain(
      'this was not granted',
    );
  });

  const variants = inLongSuite(['.', '../../other', '']);
  test.each(['..', 'plugins-lock.json', ...variants])('"%s" is not removed as a plug-in', async (name) => {
    const dataFolder = tempFolder();
    mkdirSync(join(dataFolder, 'plugins/mine'), { recursive: true });
    writeFileSync(join(dataFolder, 'plugins/plugins-lock.json'), '{"format":"unclip-plugins","plugins":{}}');

    const removed = await unclip(['plugins', 'remove', name, '--data-dir', dataFolder], { cwd: dataFolder });

    expect(removed).toMatchObject({ code: 2, stderr: expect.stringContaining('expected the name of a package') });
    expect(existsSync(join(dataFolder, 'plugins/mine'))).toBe(true);
    expect(existsSync(join(dataFolder, 'plugins/plugins-lock.json'))).toBe(true);
  });

  test.each([
    ['a path twice', [{ path: 'package/a' }, { path: 'package/a' }], 'twice'],
    ['a file that is a folder', [{ path: 'package/a' }, { path: 'package/a/b' }], 'a file and a folder'],
    [
      'a link',
      [{ path: 'package/a', type: '2', linkTo: '/etc' }, { path: 'package/a/b' }],
      'neither a file nor a folder',
    ],
    ['a hard link', [{ path: 'package/a', type: '1', linkTo: '/etc/passwd' }], 'neither a file nor a folder'],
    [
      'a path of no end',
      [
        { path: `package/${'a/'.repeat(45)}b` },
        { path: 'package/x', type: 'x', content: paxPath('p/'.repeat(900)) },
        { path: 'package/b' },
      ],
      'too long',
    ],
  ])('an archive with %s is refused with its reason', async (_, entries, problem) => {
    const dataFolder = tempFolder();
    writeFileSync(join(dataFolder, 'evil.tgz'), tarOf(entries));
    const added = await unclip(['plugins', 'add', 'evil.tgz', '--data-dir', dataFolder], { cwd: dataFolder });

    expect(added).toMatchObject({ code: 2, stderr: expect.stringContaining(problem) });
    expect(readdirSync(join(dataFolder, 'plugins'))).toEqual([]);
  });

  test('what it says is shown with its control characters written out', async () => {
    const folder = pluginFolder({
      files: { 'index.ts': `console.log('\u001b[2J\u202e'); throw new Error('\u001b]0;mine\u0007');` },
    });
    const { stderr } = await unclip(['nodes', '--nodes', folder], { cwd: tempFolder() });

    expect(stderr).toContain('\\u001b]0;mine');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(stderr).not.toMatch(/[\u001b\u0007\u202e]/);
  });
});

function paxPath(path: string): string {
  const line = ` path=${path}\n`;
  return `${line.length + 4}${line}`;
}

test('commands that change the plug-ins at the same time leave nothing of each other out', async () => {
  const dataFolder = tempFolder();
  const hosts = Array.from({ length: 8 }, (_, i) => `h${i}.example`);

  await Promise.all(
    hosts.map((host) =>
      unclip(['plugins', 'grant', 'mine', `network:${host}`, '--data-dir', dataFolder], { cwd: dataFolder }),
    ),
  );

  const { plugins } = JSON.parse(readFileSync(join(dataFolder, 'plugins/plugins-lock.json'), 'utf8'));
  expect([...plugins.mine.grants.network].sort()).toEqual(hosts);
});

test('what a plug-in says that it has does not change what others have', async () => {
  const code = `${pluginCode('return inputs;')}
    export const messages = { de: { '*.image.label': 'falsch', 'SaveImage.title': 'falsch', '../SaveImage.title': 'falsch' } };
    export const migrations = [{ version: '1.0.0', type: 'Do', renameType: 'SaveImage' }];`;
  const plugins = await load({ code });

  expect(Object.keys(plugins.messagesOf('mine', 'de') ?? {})).toEqual([
    '*.image.label',
    'mine/SaveImage.title',
    'mine/../SaveImage.title',
  ]);
  expect(plugins.messagesOf('mine', 'constructor')).toBeUndefined();
  expect(plugins.messagesOf('other', 'de')).toBeUndefined();
  expect(
    await attack({ code: `${pluginCode('return inputs;')} export const workflows = { a: { format: 'x' } };` }),
  ).toContain('workflows.a: ');
  expect(
    await attack({ code: code.replace("version: '1.0.0', type: 'Do'", "version: '9.0.0', type: 'Do'") }),
  ).toContain('migrations: Do has one to 9.0.0, and this is 1.0.0');
});
