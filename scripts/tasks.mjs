import { existsSync, readdirSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { build, buildPackages, checkStyle, checkTypes, checkUnused } from './build.mjs';
import { runNode } from './child.mjs';
import { installIfStale } from './install.mjs';
import { pack } from './pack.mjs';
import { profileTests } from './profile-tests.mjs';
import { ROOT } from './root.mjs';
import { runLongTests, runTests } from './test.mjs';

const TASKS = {
  setup,
  start,
  test: runTests,
  'test:long': runLongTests,
  'test:mutants': testMutants,
  'gpu-check': gpuCheck,
  'test:profile': profileTests,
  check,
  parity,
  'comfy-parity': comfyParity,
  'comfy-corpus': comfyCorpus,
  'comfy-reopen': comfyReopen,
  'comfy-roundtrip': comfyRoundTrip,
  faults,
  bench,
  fuzz,
  gallery,
  messages,
  pack,
};

/** Sets up what is missing, then does the task. @returns the exit code, of the child if one failed */
export async function runTask(name, args) {
  const task = Object.hasOwn(TASKS, name ?? '') ? TASKS[name] : undefined;
  if (task === undefined) {
    console.error(`There is no task "${name ?? ''}". The tasks are: ${Object.keys(TASKS).join(', ')}.`);
    return 2;
  }
  // The child hears Ctrl-C too, as one of the same group; this process only waits for what it makes of it.
  process.on('SIGINT', () => {});
  const code = await installIfStale();
  return code === 0 ? task(args) : code;
}

async function setup() {
  const code = await build();
  sayMissingRuntime();
  if (code === 0) console.error('unclip-studio is set up. `npm start` starts it, `npm test` runs its checks.');
  return code;
}

async function start(args) {
  const code = await build();
  sayMissingRuntime();
  return code === 0 ? runNode([join(ROOT, 'packages/server/bin/unclip.mjs'), 'serve', ...args]) : code;
}

/** ONNX Runtime has no binary for some machines, such as Macs with Intel processors. */
function sayMissingRuntime() {
  const folder = join(
    ROOT,
    'packages/server/node_modules/onnxruntime-node/bin/napi-v6',
    process.platform,
    process.arch,
  );
  if (existsSync(folder)) return;
  console.error(
    `ONNX Runtime has no binary for ${process.platform} on ${process.arch}, so models cannot be run on this machine. It has ` +
      'them for Linux and\nWindows on x64 and arm64, and for Macs with Apple silicon.',
  );
}

async function check() {
  const codes = [await checkTypes(), await checkStyle(), await checkUnused()];
  return codes.find((code) => code !== 0) ?? 0;
}

async function parity([folder, ...args]) {
  if (folder === undefined) {
    console.error('Which golden set? npm run parity -- DIR, where DIR holds a manifest.json.');
    return 2;
  }
  return runSource(join(ROOT, 'test/parity/main.ts'), [fromCaller(folder), ...args]);
}

async function comfyParity([folder, ...args]) {
  if (folder === undefined) {
    console.error('Which set? npm run comfy-parity -- DIR, where DIR holds a manifest.json of ComfyUI’s own numbers.');
    return 2;
  }
  return runSource(join(ROOT, 'test/comfy-parity/main.ts'), [fromCaller(folder), ...args]);
}

async function comfyCorpus([folder, ...args]) {
  return runSource(
    join(ROOT, 'test/comfyui/corpus/main.ts'),
    folder === undefined ? [] : [fromCaller(folder), ...args],
  );
}

async function comfyReopen([folder, ...args]) {
  return runSource(
    join(ROOT, 'test/comfyui/reopen-main.ts'),
    folder === undefined ? [] : [fromCaller(folder), ...args],
  );
}

async function comfyRoundTrip([folder, ...args]) {
  return runSource(
    join(ROOT, 'test/comfyui/round-trip-main.ts'),
    folder === undefined ? [] : [fromCaller(folder), ...args],
  );
}

async function faults(args) {
  return runSource(join(ROOT, 'test/faults/main.ts'), args.map(fromCaller));
}

async function bench([name, ...args]) {
  const folder = join(ROOT, 'test/bench');
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3));
  if (!names.includes(name)) {
    console.error(`There is no bench "${name ?? ''}". The benches are: ${names.join(', ')}.`);
    return 2;
  }
  return runSource(join(folder, `${name}.ts`), args);
}

async function testMutants(args) {
  return runSource(join(ROOT, 'test/mutants/main.ts'), args);
}

async function fuzz(args) {
  return runSource(join(ROOT, 'test/fuzz/main.ts'), args);
}

/** Here, or with `pack DIR` for a machine without Node. */
async function gpuCheck([command, ...args]) {
  const folder = join(ROOT, 'tools/gpu-check');
  if (command === 'pack') return runSource(join(folder, 'pack.ts'), args);
  return runSource(join(folder, 'kit.ts'), command === undefined ? [] : [command, ...args.map(fromCaller)]);
}

async function gallery(args) {
  return runSource(join(ROOT, 'tools/gallery.ts'), args);
}

async function messages(args) {
  return runSource(join(ROOT, 'test/messages/main.ts'), args);
}

/** Runs a TypeScript file of the checkout, over the packages as they are built. */
async function runSource(path, args) {
  const code = await buildPackages();
  if (code !== 0) return code;
  const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
  // The small checkpoints are stored packed.
  const unpack = `import { setup } from ${JSON.stringify(join(ROOT, 'test/support/unpack-fixtures.ts'))}; setup();`;
  const unpacked = await runNode([tsx, '--eval', unpack]);
  return unpacked === 0 ? runNode([tsx, path, ...args]) : unpacked;
}

// npm changes to the root before it runs a script; paths mean what they meant where the user typed them.
function fromCaller(path) {
  return isAbsolute(path) || path.startsWith('-') ? path : resolve(process.env.INIT_CWD ?? process.cwd(), path);
}
