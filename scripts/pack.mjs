import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, posix, resolve } from 'node:path';
import { build } from './build.mjs';
import { runCommand } from './child.mjs';
import { licensesOf } from './pack-licenses.mjs';
import { copyTypes } from './pack-types.mjs';
import { ROOT } from './root.mjs';

const SERVER = join(ROOT, 'packages/server');
const MAX_BYTES = 60e6;
// ONNX Runtime is included for the platform on which its own package cannot be installed behind a firewall.
const NATIVE = 'bin/napi-v6/linux/x64';

/** Packages with native parts, which stay separate packages, and what the files of ONNX Runtime require. */
const DEPENDENCIES = ['libsql', 'onnxruntime-common', 'sharp'];
// Of esbuild, whose own package has an install script; its packages with binaries have none.
const ESBUILD_PLATFORMS = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-arm64', 'win32-x64'];

// What packages in CommonJS find around them.
const COMMONJS_NAMES = `
import { createRequire as createRequireOf } from 'node:module';
const require = createRequireOf(import.meta.url);
const { filename: __filename, dirname: __dirname } = import.meta;`;

/** What a program imports -> the built file it is bundled from, and where the types of that file lie. */
const ENTRIES = {
  index: 'server/dist/library',
  client: 'client/dist/node',
  nodes: 'nodes-unclip/dist/sdk',
};

/** What is bundled into plug-ins, and so must be plain JavaScript. */
const FOR_PLUGINS = {
  'dist/plugin-guest/define': 'packages/server/dist/plugins/guest/define.js',
  'dist/plugin-guest/guest': 'packages/server/dist/plugins/guest/guest.js',
};

/** Of those, what pages import instead. */
const FOR_BROWSERS = { client: 'client/dist/browser' };

/** `npm run pack -- --out DIR`: writes the npm package. @returns the exit code */
export async function pack(args) {
  const [flag, folder, ...rest] = args;
  if (flag !== '--out' || folder === undefined || rest.length > 0) {
    console.error('Where to? npm run pack -- --out DIR');
    return 2;
  }
  const code = await build();
  if (code !== 0) return code;
  const out = isAbsolute(folder) ? folder : resolve(process.env.INIT_CWD ?? process.cwd(), folder);
  mkdirSync(out, { recursive: true });
  const staged = join(ROOT, 'node_modules/.cache/package');
  await stage(staged);
  const packed = await runCommand('npm', ['pack', '--silent', '--pack-destination', out], {
    cwd: staged,
    shell: process.platform === 'win32',
  });
  if (packed !== 0) return packed;
  const { name, version } = manifest();
  const { size } = statSync(join(out, `${name}-${version}.tgz`));
  console.error(`${(size / 1e6).toFixed(1)} MB`);
  if (size <= MAX_BYTES) return 0;
  console.error(`The package may have ${MAX_BYTES / 1e6} MB. What is in it: ${staged}`);
  return 1;
}

/** Puts all files of the package into a new folder. */
async function stage(folder) {
  rmSync(folder, { recursive: true, force: true });
  for (const [to, from] of Object.entries(copiedFiles())) {
    mkdirSync(dirname(join(folder, to)), { recursive: true });
    cpSync(join(ROOT, from), join(folder, to));
  }
  const inputs = await bundle(folder);
  const types = Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, join(ROOT, 'packages', path)]));
  copyTypes(types, join(folder, 'types'), DEPENDENCIES);
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), licensesOf(inputs));
  writeJson(join(folder, 'onnxruntime/package.json'), copyOf('onnxruntime-node'));
  writeJson(join(folder, 'esbuild/package.json'), copyOf('esbuild'));
  writeJson(join(folder, 'package.json'), manifest());
}

/** Its package.json. What can be imported is in {@link ENTRIES}. */
export function manifest() {
  const { version, license, engines, devDependencies } = readJson(join(ROOT, 'package.json'));
  const runtime = readJson(join(SERVER, 'node_modules/onnxruntime-node/package.json'));
  const versions = { ...readJson(join(SERVER, 'package.json')).dependencies, ...runtime.dependencies };
  return {
    name: 'unclip-studio',
    version,
    description: 'Node editor and graph executor for Stable Diffusion unCLIP: image variations without Python',
    keywords: ['stable-diffusion', 'unclip', 'image-variations', 'node-editor', 'onnx'],
    license,
    type: 'module',
    engines,
    bin: { 'unclip-studio': 'bin/unclip-studio.js', unclip: 'bin/unclip.js' },
    exports: {
      ...Object.fromEntries(
        Object.keys(ENTRIES).map((name) => [
          name === 'index' ? '.' : `./${name}`,
          {
            types: `./types/${name}.d.ts`,
            ...(name in FOR_BROWSERS && { browser: `./dist/${name}.browser.js` }),
            default: `./dist/${name}.js`,
          },
        ]),
      ),
      './package.json': './package.json',
    },
    dependencies: Object.fromEntries(DEPENDENCIES.map((name) => [name, versions[name]])),
    optionalDependencies: Object.fromEntries(
      ESBUILD_PLATFORMS.map((platform) => [`@esbuild/${platform}`, versions['esbuild']]),
    ),
    peerDependencies: {
      '@contentauth/c2pa-node': devDependencies['@contentauth/c2pa-node'],
      'onnxruntime-node': runtime.version,
    },
    peerDependenciesMeta: { '@contentauth/c2pa-node': { optional: true }, 'onnxruntime-node': { optional: true } },
  };
}

/** The files that are taken as they are: path in the package -> path in the checkout. */
export function copiedFiles() {
  return {
    LICENSE: 'LICENSE',
    'README.md': 'docs/PACKAGE.md',
    ...filesBelow('models/emoji-unclip', 'models/emoji-unclip'),
    ...filesBelow('workflows', 'workflows'),
    ...filesBelow('assets', 'packages/server/assets'),
    'esbuild/lib/main.js': 'packages/server/node_modules/esbuild/lib/main.js',
    'assets/quickjs.wasm':
      'packages/server/node_modules/@jitl/quickjs-wasmfile-release-sync/dist/emscripten-module.wasm',
    ...filesBelow('editor', 'packages/editor/dist'),
    ...filesBelow('onnxruntime/dist', 'packages/server/node_modules/onnxruntime-node/dist', /\.js$/),
    ...filesBelow(`onnxruntime/${NATIVE}`, `packages/server/node_modules/onnxruntime-node/${NATIVE}`),
  };
}

function filesBelow(to, from, names = /^[^.]/) {
  const folder = join(ROOT, from);
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile() && names.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll('\\', '/'))
      .map((path) => [to + path, from + path]),
  );
}

/** The programs and what can be imported: path in the package, without ending -> path in the checkout. */
export async function bundledFiles() {
  const { PROCESSES } = await import('../packages/server/dist/common/process-file.js');
  const processes = Object.entries(PROCESSES).map(([name, file]) => [
    `dist/${name}`,
    posix.join('packages/server/dist/common', file),
  ]);
  const entries = Object.entries(ENTRIES).map(([name, path]) => [`dist/${name}`, `packages/${path}.js`]);
  return {
    ...Object.fromEntries([...processes, ...entries]),
    'bin/unclip': 'packages/server/bin/unclip.mjs',
    'bin/unclip-studio': 'packages/server/bin/unclip-studio.mjs',
  };
}

/** Bundles the programs and what can be imported. @returns the files they are made of, from the root */
async function bundle(folder) {
  const esbuild = await import('esbuild');
  const { metafile } = await esbuild.build({
    entryPoints: await bundledFiles(),
    outdir: folder,
    chunkNames: 'dist/[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // The last one decodes messages of Redis faster where it is installed.
    external: [...DEPENDENCIES, 'esbuild', 'onnxruntime-node', 'msgpackr-extract'],
    banner: { js: COMMONJS_NAMES },
    logLevel: 'warning',
    metafile: true,
    absWorkingDir: ROOT,
  });
  const pages = await esbuild.build({
    entryPoints: {
      ...Object.fromEntries(
        Object.entries(FOR_BROWSERS).map(([name, path]) => [`dist/${name}.browser`, `packages/${path}.js`]),
      ),
      ...FOR_PLUGINS,
    },
    outdir: folder,
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
    metafile: true,
    absWorkingDir: ROOT,
  });
  return [...Object.keys(metafile.inputs), ...Object.keys(pages.metafile.inputs)];
}

/** Describes the copy of a package, which has no script that downloads anything. */
function copyOf(packageName) {
  const { name, version, license, main, repository } = readJson(
    join(SERVER, `node_modules/${packageName}/package.json`),
  );
  return { name, version, license, main, repository };
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
