import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InferenceError } from '@unclip-studio/nodes-unclip';
import type * as OnnxRuntime from 'onnxruntime-node';
import { BUNDLED_ONNX_RUNTIME_FOLDER } from './program.js';

const PACKAGE = 'onnxruntime-node';
const ownRequire = createRequire(import.meta.url);

/**
 * ONNX Runtime, from the bundled files for this platform, else from the package that the user installed.
 *
 * @throws InferenceError if there is neither, with what to install
 */
export function loadOnnxRuntime(): typeof OnnxRuntime {
  // Called at each sampling step, so its files are located once.
  loaded ??= ownRequire(onnxRuntime().folder) as typeof OnnxRuntime;
  return loaded;
}

let loaded: typeof OnnxRuntime | undefined;

/**
 * Its folder, that of its native files for this platform, and its version.
 *
 * @throws InferenceError if it is not installed
 */
export function onnxRuntime(): { readonly folder: string; readonly nativeFolder: string; readonly version: string } {
  const folder = existsSync(nativeFolderOf(BUNDLED_ONNX_RUNTIME_FOLDER)) ? BUNDLED_ONNX_RUNTIME_FOLDER : findPackage();
  if (!existsSync(nativeFolderOf(folder))) throw new InferenceError(missingBinaryWords(process.platform, process.arch));
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version: string };
  return { folder, nativeFolder: nativeFolderOf(folder), version };
}

function findPackage(): string {
  try {
    return dirname(ownRequire.resolve(`${PACKAGE}/package.json`));
  } catch (cause) {
    throw new InferenceError(
      `unclip-studio brings ONNX Runtime for Linux on x64, and this is ${process.platform} on ${process.arch}. ` +
        `Install it beside unclip-studio: npm install ${PACKAGE}@${versionWanted()}`,
      { cause },
    );
  }
}

/** Where ONNX Runtime has nothing for a machine, such as a Mac with a processor of Intel. */
export function missingBinaryWords(platform: NodeJS.Platform, arch: string): string {
  const machine = platform === 'darwin' && arch === 'x64' ? 'Macs with Intel processors' : `${platform} on ${arch}`;
  return (
    `ONNX Runtime for Node has no binary for ${machine}, so models cannot be run here. It has them for Linux and Windows on ` +
    'x64 and arm64, and for Macs with Apple silicon. The editor works: let "unclip worker" run on another machine, and start ' +
    'the server with --queue.'
  );
}

/** The npm package has it in its copy, though the copy's native files are for another platform. */
function versionWanted(): string {
  const file = join(BUNDLED_ONNX_RUNTIME_FOLDER, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version : 'latest';
}

function nativeFolderOf(folder: string): string {
  return join(folder, 'bin/napi-v6', process.platform, process.arch);
}
