import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PluginError } from '../../plugins/plugin-errors.js';
import { readTarball, TarballError } from '../../plugins/read-tarball.js';
import { fetchPackage } from '../../plugins/registry.js';
import { registrySettings } from '../../plugins/registry-settings.js';
import { toSize } from '../../services/byte-size.js';
import { adviseOnBfloat16, type DeviceSurroundings, realSurroundings } from '../../services/devices/device-advice.js';
import {
  findOpenvino,
  KOFFI_VERSION,
  OPENVINO_VERSION,
  openvinoFolder,
} from '../../services/openvino/openvino-parts.js';
import { describeSystemError, isSystemError } from '../../services/system-error.js';
import { BadInput, EXIT } from '../exit-codes.js';
import type { CommandContext } from '../terminal.js';
import {
  findMissingWheels,
  type InstallOptions,
  isAgreed,
  type MissingWheels,
  unpackWheels,
} from './install-wheels.js';

interface InstallOpenvinoOptions extends InstallOptions {
  /** The registry of npm packages. */
  readonly registry: string;
  /** The description of the machine; this one when left out. */
  readonly around?: DeviceSurroundings;
}

// The module last: what is installed in part does not count as installed.
const PACKAGES: readonly (readonly [name: string, files: RegExp])[] = [
  ['@koromix/koffi-linux-x64', /^(?:package\.json|index\.js|linux_x64\/koffi\.node)$/],
  ['koffi', /^(?:package\.json|index\.cjs|src\/koffi\/index\.cjs|src\/koffi\/src\/\w+\.cjs)$/],
];

// Without its parts for GPUs, NPUs, and models of other formats.
const LIBRARIES =
  /^openvino\/libs\/(?:libopenvino(?:_c|_intel_cpu_plugin|_onnx_frontend)?|libtbb\w*|libhwloc)\.so[.\d]*$/;

/**
 * `unclip devices --install openvino`: downloads what `--device cpu:bfloat16` needs, after a confirmation: OpenVINO from a
 * Python package index, and what calls it from a registry of npm packages, both compared with their checksums.
 *
 * @throws BadInput if the processor cannot use it, the confirmation is declined, or something cannot be downloaded
 */
export async function installOpenvino(
  options: InstallOpenvinoOptions,
  context: Pick<CommandContext, 'io' | 'terminal'>,
): Promise<number> {
  const { io, terminal } = context;
  const { around = realSurroundings(io.env) } = options;
  const folder = openvinoFolder(io.env);
  if (findOpenvino(around) === undefined) {
    const { why, steps } = adviseOnBfloat16(around) ?? { why: '', steps: [] };
    // The only step is this one.
    if (steps.length === 0) throw new BadInput([`--install openvino: it would not be used here, since ${why}.`]);
    try {
      const missing = await findMissingWheels([`openvino==${OPENVINO_VERSION}`], folder, { ...options, env: io.env });
      announce(missing, options, terminal);
      if (!options.isAgreed && !(await isAgreed(context))) throw new BadInput(['Nothing was installed.']);
      await unpackWheels(missing, (name) => (LIBRARIES.test(name) ? join(folder, name) : undefined), terminal);
      for (const [name, files] of PACKAGES) await addPackage(name, files, { ...options, folder });
    } catch (error) {
      if (error instanceof PluginError) throw new BadInput([`${error.subject}: ${error.problem}`]);
      if (error instanceof TarballError) throw new BadInput([`koffi: ${error.message}`]);
      if (isSystemError(error)) throw new BadInput([describeSystemError(error)]);
      throw error;
    }
  }
  terminal.err('Installed: --device cpu:bfloat16 computes with it, and "unclip devices" says how exact it is here.');
  terminal.err(`To remove it: rm -r ${dirname(folder)}`);
  return EXIT.done;
}

function announce(
  { wheels, host, folder }: MissingWheels,
  { registry }: InstallOpenvinoOptions,
  terminal: CommandContext['terminal'],
): void {
  for (const { path, sizeBytes } of wheels) terminal.err(`${path}  ${toSize(sizeBytes)}  from ${host}`);
  for (const [name] of PACKAGES) terminal.err(`${name}@${KOFFI_VERSION}  from ${new URL(registry).host}`);
  terminal.err(`They are unpacked into ${folder}, where they take about 90 MB.`);
}

/** Puts the files that are needed of an npm package beside the others. */
async function addPackage(
  name: string,
  files: RegExp,
  { folder, registry, allowFetch }: InstallOpenvinoOptions & { readonly folder: string },
): Promise<void> {
  const { tarball } = await fetchPackage(`${name}@${KOFFI_VERSION}`, registrySettings(registry, allowFetch));
  for (const { path, bytes } of readTarball(tarball).toSorted((a, b) => rank(a.path) - rank(b.path))) {
    if (!files.test(path)) continue;
    const to = join(folder, 'node_modules', name, path);
    await mkdir(dirname(to), { recursive: true });
    await writeFile(`${to}.part`, bytes);
    await rename(`${to}.part`, to);
  }
}

/** The file by which the package is found comes last. */
function rank(path: string): number {
  return path === 'index.cjs' ? 1 : 0;
}
