import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Both describe themselves as unclip-studio: the checkout, and the npm package, where this code is part of larger files.
const ROOT = findRoot(new URL('.', import.meta.url));
/** Whether this is a checkout, whose files stay; an installed package is replaced as a whole by the next version. */
export const IS_CHECKOUT = existsSync(new URL('packages/', ROOT));

/** Bundled checkpoints; in a checkout also the place where users add their own. */
export const BUNDLED_MODELS_FOLDER = inRoot('models');

/** The example workflows, by `NAME.json`. */
export const BUNDLED_WORKFLOWS_FOLDER = inRoot('workflows');

/** The images of the example workflows. */
export const BUNDLED_IMAGES_FOLDER = inRoot('workflows/images');

/** The editor's page as it is built. */
export const EDITOR_FOLDER = inRoot(IS_CHECKOUT ? 'packages/editor/dist' : 'editor');

/** merges.txt of CLIP's tokenizer, gzipped, for checkpoints in one file. */
export const CLIP_MERGES_FILE = inRoot(
  `${IS_CHECKOUT ? 'packages/server/assets' : 'assets'}/clip-tokenizer/merges.txt.gz`,
);

/** Texts of the licences that most checkpoints are under. */
export const LICENSES_FOLDER = inRoot(`${IS_CHECKOUT ? 'packages/server/assets' : 'assets'}/licences`);

/** The code of this program, and nothing of its users. */
export const PROGRAM_FOLDER = inRoot(IS_CHECKOUT ? 'packages/server' : 'dist');

/** What the npm package holds of esbuild; the folder is missing in a checkout. */
export const BUNDLED_ESBUILD_FOLDER = inRoot('esbuild');

/** QuickJS as WebAssembly, in which plug-ins run. */
export const QUICKJS_WASM_FILE = IS_CHECKOUT
  ? inRoot('packages/server/node_modules/@jitl/quickjs-wasmfile-release-sync/dist/emscripten-module.wasm')
  : inRoot('assets/quickjs.wasm');

/** Modules that are bundled with the code of a plug-in. */
export const PLUGIN_GUEST_FOLDER = inRoot(IS_CHECKOUT ? 'packages/server/dist/plugins/guest' : 'dist/plugin-guest');

/** What the npm package holds of ONNX Runtime; the folder is missing in a checkout. */
export const BUNDLED_ONNX_RUNTIME_FOLDER = inRoot('onnxruntime');

/** The version of this program, such as `0.1.0`. */
export function programVersion(): string {
  return describedAt(ROOT)?.version ?? '';
}

function inRoot(path: string): string {
  return fileURLToPath(new URL(path, ROOT));
}

function findRoot(folder: URL): URL {
  if (describedAt(folder)?.name === 'unclip-studio') return folder;
  const above = new URL('..', folder);
  if (above.href === folder.href) throw new Error('Internal error: no folder above this file is unclip-studio');
  return findRoot(above);
}

function describedAt(folder: URL): { readonly name?: string; readonly version?: string } | undefined {
  const file = new URL('package.json', folder);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
