import { basename, join } from 'node:path';
import { toSize } from '../../services/byte-size.js';
import { CUDA_PACKAGES, cudaFolder } from '../../services/devices/device-advice.js';
import { onnxRuntime } from '../../services/onnx-runtime.js';
import { describeSystemError, isSystemError } from '../../services/system-error.js';
import { BadInput, EXIT } from '../exit-codes.js';
import type { CommandContext } from '../terminal.js';
import { findMissingWheels, type InstallOptions, isAgreed, unpackWheels } from './install-wheels.js';

interface InstallCudaOptions extends InstallOptions {
  /** Where ONNX Runtime looks for its CUDA part; its own folder when left out. */
  readonly nativeFolder?: string;
}

/**
 * `unclip devices --install cuda`: downloads ONNX Runtime's part for CUDA and the libraries it needs from a Python
 * package index, after a confirmation, and prints the required environment. What is installed already stays as it is.
 *
 * @throws BadInput if there is no CUDA, or the confirmation is declined
 */
export async function installCuda(
  options: InstallCudaOptions,
  context: Pick<CommandContext, 'io' | 'terminal'>,
): Promise<number> {
  const { io, terminal } = context;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new BadInput(['--install cuda: ONNX Runtime for Node has CUDA on Linux with x64 only.']);
  }
  const folder = cudaFolder(io.env);
  const { version, ...runtime } = onnxRuntime();
  const { nativeFolder = runtime.nativeFolder } = options;
  try {
    const requirements = [`onnxruntime-gpu==${version}`, ...CUDA_PACKAGES];
    const missing = await findMissingWheels(requirements, folder, { ...options, env: io.env });
    const { wheels, host } = missing;
    if (wheels.length > 0) {
      for (const { path, sizeBytes } of wheels) terminal.err(`${path}  ${toSize(sizeBytes)}`);
      const all = toSize(wheels.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
      terminal.err(`${all} are fetched from ${host} and unpacked into ${folder} and ${nativeFolder}.`);
      if (!options.isAgreed && !(await isAgreed(context))) throw new BadInput(['Nothing was installed.']);
      await unpackWheels(missing, (name) => unpackedPath(name, { folder, nativeFolder }), terminal);
    }
  } catch (error) {
    if (isSystemError(error)) throw new BadInput([describeSystemError(error)]);
    throw error;
  }
  terminal.err('Installed. Before each start, and once to see whether CUDA can be used (unclip devices):');
  terminal.out(`export LD_LIBRARY_PATH="$(echo ${folder}/nvidia/*/lib | tr ' ' ':')"`);
  return EXIT.done;
}

function unpackedPath(
  name: string,
  { folder, nativeFolder }: { readonly folder: string; readonly nativeFolder: string },
): string | undefined {
  if (/^onnxruntime\/capi\/libonnxruntime_providers_(?:cuda|shared)\.so$/.test(name)) {
    return join(nativeFolder, basename(name));
  }
  return /^nvidia\/[\w-]+\/lib\/[\w.+-]+\.so[.\d]*$/.test(name) ? join(folder, name) : undefined;
}
