import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { downloadFile } from '../../hub/download-file.js';
import { createHubClient, type HubClient } from '../../hub/hub-client.js';
import { askForSize } from '../../hub/pull-file.js';
import { findWheel, pythonIndexOf, type Wheel } from '../../hub/python-index.js';
import { unpackWheel } from '../../hub/unpack-wheel.js';
import { toSize } from '../../services/byte-size.js';
import { CUDA_PACKAGES, cudaFolder } from '../../services/devices/device-advice.js';
import { onnxRuntime } from '../../services/onnx-runtime.js';
import { describeSystemError, isSystemError } from '../../services/system-error.js';
import { BadInput, EXIT } from '../exit-codes.js';
import type { Io } from '../io.js';
import { createPullView } from '../pull-view.js';
import type { CommandContext } from '../terminal.js';

export interface InstallOptions {
  /** No question is asked. */
  readonly isAgreed: boolean;
  /** Hosts in the own network that may be accessed. */
  readonly allowFetch: readonly string[];
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
  options: InstallOptions,
  context: Pick<CommandContext, 'io' | 'terminal'>,
): Promise<number> {
  const { io, terminal } = context;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new BadInput(['--install cuda: ONNX Runtime for Node has CUDA on Linux with x64 only.']);
  }
  const index = pythonIndexOf(io.env);
  const { allowedHosts, client } = clientFor(index, options, io);
  const folder = cudaFolder(io.env);
  const { version, ...runtime } = onnxRuntime();
  const { nativeFolder = runtime.nativeFolder } = options;
  try {
    const wheels: Wheel[] = [];
    for (const requirement of [`onnxruntime-gpu==${version}`, ...CUDA_PACKAGES]) {
      const wheel = await findWheel(client, index, requirement);
      wheels.push(
        Number.isNaN(wheel.sizeBytes)
          ? { ...wheel, sizeBytes: await askForSize(new URL(wheel.url), allowedHosts) }
          : wheel,
      );
    }
    const missing = wheels.filter((wheel) => !existsSync(markOf(folder, wheel)));
    if (missing.length > 0) {
      for (const { path, sizeBytes } of missing) terminal.err(`${path}  ${toSize(sizeBytes)}`);
      const all = toSize(missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
      terminal.err(`${all} are fetched from ${new URL(index).host} and unpacked into ${folder} and ${nativeFolder}.`);
      if (!options.isAgreed && !(await isAgreed(context))) throw new BadInput(['Nothing was installed.']);
      await installAll(missing, { client, folder, nativeFolder, terminal });
    }
  } catch (error) {
    if (isSystemError(error)) throw new BadInput([describeSystemError(error)]);
    throw error;
  }
  terminal.err('Installed. Before each start, and once to see whether CUDA can be used (unclip devices):');
  terminal.out(`export LD_LIBRARY_PATH="$(echo ${folder}/nvidia/*/lib | tr ' ' ':')"`);
  return EXIT.done;
}

/** An index named by the user is allowed, also in their own network. */
function clientFor(index: string, { allowFetch }: InstallOptions, { env }: Io) {
  const own = env['PIP_INDEX_URL'] && URL.canParse(index) ? [new URL(index).hostname] : [];
  const allowedHosts = [...allowFetch, ...own];
  return { allowedHosts, client: createHubClient({ endpoint: index, allowedHosts }) };
}

async function isAgreed({ io, terminal }: Pick<CommandContext, 'io' | 'terminal'>): Promise<boolean> {
  terminal.err('Go on? [y/N]');
  const lines = createInterface({ input: io.stdin });
  try {
    for await (const line of lines) return /^y(?:es)?$/i.test(line.trim());
    return false;
  } finally {
    lines.close();
  }
}

interface Installation {
  readonly client: HubClient;
  readonly folder: string;
  readonly nativeFolder: string;
  readonly terminal: CommandContext['terminal'];
}

async function installAll(wheels: readonly Wheel[], { client, folder, nativeFolder, terminal }: Installation) {
  const view = await createPullView(terminal);
  const unpacked = (name: string): string | undefined => {
    if (/^onnxruntime\/capi\/libonnxruntime_providers_(?:cuda|shared)\.so$/.test(name)) {
      return join(nativeFolder, basename(name));
    }
    return /^nvidia\/[\w-]+\/lib\/[\w.+-]+\.so[.\d]*$/.test(name) ? join(folder, name) : undefined;
  };
  try {
    view.onStart(wheels);
    let doneBytes = 0;
    for (const wheel of wheels) {
      const { path, url, sizeBytes } = wheel;
      const to = join(folder, 'wheels', path);
      const onBytes = (bytes: number) => view.onBytes(path, doneBytes + bytes);
      await downloadFile(wheel, { client, from: url, to, onBytes, sleep: async (ms) => void (await sleep(ms)) });
      await unpackWheel(to, unpacked);
      // Twice the space is not needed.
      await rm(to);
      await mkdir(dirname(markOf(folder, wheel)), { recursive: true });
      await writeFile(markOf(folder, wheel), '');
      doneBytes += sizeBytes;
      view.onFile(path);
    }
  } finally {
    view.close();
  }
}

/** A file that says that a wheel was unpacked. */
function markOf(folder: string, { path }: Wheel): string {
  return join(folder, 'wheels', `${path}.installed`);
}
