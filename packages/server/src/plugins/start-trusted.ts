import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { processFile } from '../common/process-file.js';
import { MAX_PLUGIN_ARRAYS } from '../limits.js';
import { PROGRAM_FOLDER } from '../services/program.js';
import type { PluginManifest } from './manifest.js';
import type { FromPlugin } from './messages.js';
import type { PluginLimits, PluginProcess, PluginProcessListeners } from './plugin-process.js';

const buffers = z.array(z.instanceof(ArrayBuffer)).max(MAX_PLUGIN_ARRAYS);
const fromPlugin = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['described', 'log']), text: z.string() }),
  z.object({ type: z.enum(['broken', 'failed']), message: z.string() }),
  z.object({ type: z.literal('result'), text: z.string(), buffers }),
  z.object({ type: z.literal('request'), request: z.number(), service: z.string(), text: z.string(), buffers }),
  z.object({ type: z.literal('progress'), step: z.number(), steps: z.number() }),
]);

export interface TrustedCode {
  readonly code: string;
  /** Of the plug-in; absolute. */
  readonly folder: string;
  readonly manifest: PluginManifest;
}

let namespaces: boolean | undefined;

/** Whether processes here can have their own empty network namespace. */
export function hasNetworkNamespaces(): boolean {
  namespaces ??= process.platform === 'linux' && spawnSync('unshare', ['-rn', 'true']).status === 0;
  return namespaces;
}

/**
 * Starts a process of Node that may read the folder of the plug-in and the code of this program, and nothing else; where this
 * machine has network namespaces, without a network.
 */
export async function startTrusted(
  { code, folder, manifest }: TrustedCode,
  { memoryBytes }: PluginLimits,
  { onMessage, onEnd }: PluginProcessListeners,
): Promise<PluginProcess> {
  const file = processFile('plugin-node-process');
  const { addons, processes } = manifest.node;
  const node = [
    process.execPath,
    permissionFlag(process.versions.node),
    // Each path once: Node aborts where one of them is part of another.
    ...[folder, PROGRAM_FOLDER].map((path) => `--allow-fs-read=${join(path, '*')}`),
    ...(addons ? ['--allow-addons'] : []),
    ...(processes ? ['--allow-child-process'] : []),
    `--max-old-space-size=${Math.ceil(memoryBytes / 2 ** 20)}`,
    '--no-warnings',
    ...[file, folder],
  ];
  const [command = '', ...args] = hasNetworkNamespaces() ? ['unshare', '-rn', ...node] : node;
  const child = spawn(command, args, {
    cwd: folder,
    // Nothing of this process's surroundings: tokens and keys are among them.
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  let words = '';
  let isEnded = false;
  child.stderr?.on('data', (text: Buffer) => {
    words = `${words}${text}`.slice(-2000);
  });
  const ended = (reason: string) => {
    if (!isEnded) onEnd(reason);
    isEnded = true;
  };
  child.on('message', (message) => {
    const read = fromPlugin.safeParse(message);
    // It can send anything by itself.
    if (read.success) onMessage(read.data as FromPlugin);
  });
  child.on('error', ({ message }) => ended(message));
  child.on('exit', (exitCode, signal) => ended(`its process ended (${signal ?? exitCode}) ${words}`.trim()));
  child.unref();
  child.channel?.unref();
  child.send({ code });
  return {
    send: (message) => void child.send(message, () => {}),
    async end() {
      isEnded = true;
      child.kill('SIGKILL');
    },
  };
}

/** The permission model was experimental before Node 22.13 and 23.5. */
function permissionFlag(version: string): string {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isStable = major > 23 || (major === 23 && minor >= 5) || (major === 22 && minor >= 13);
  return isStable ? '--permission' : '--experimental-permission';
}
