import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { processFile } from '../common/process-file.js';
import { QUICKJS_WASM_FILE } from '../services/program.js';
import type { FromPlugin, ToPlugin } from './messages.js';
import type { ThreadData } from './plugin-thread.js';
import { wasm } from './web-assembly.js';

/** Where the code of one plug-in runs, from its start to its end. */
export interface PluginProcess {
  send(message: ToPlugin): void;
  /** Terminates it, whatever it is doing. */
  end(): Promise<void>;
}

export interface PluginProcessListeners {
  onMessage(message: FromPlugin): void;
  /** It ended by itself. */
  onEnd(reason: string): void;
}

export interface PluginLimits {
  readonly memoryBytes: number;
  readonly callMs: number;
}

// What V8 says where QuickJS got none, and what Emscripten says.
const OUT_OF_MEMORY = /out of bounds|unreachable|^Aborted|memory/i;

let compiled: Promise<WebAssembly.Module> | undefined;

/** Starts a thread with QuickJS; see plugin-thread.ts. */
export async function startContained(
  code: string,
  { memoryBytes, callMs }: PluginLimits,
  { onMessage, onEnd }: PluginProcessListeners,
): Promise<PluginProcess> {
  compiled ??= wasm.compile(readFileSync(QUICKJS_WASM_FILE));
  const data: ThreadData = { code, module: await compiled, memoryBytes, callMs };
  const worker = new Worker(processFile('plugin-thread'), {
    workerData: data,
    env: {},
    execArgv: [],
    // QuickJS's message there is of no use.
    stdout: true,
    stderr: true,
    // What this program itself allocates for the plug-in, and the stack on which QuickJS calls itself.
    resourceLimits: { maxOldGenerationSizeMb: 256, stackSizeMb: 16 },
  });
  let isEnded = false;
  // A server or a command does not stay up for it.
  worker.unref();
  worker.stdout.resume();
  worker.stderr.resume();
  worker.on('message', onMessage);
  worker.on('error', ({ message }) => ended(OUT_OF_MEMORY.test(message) ? 'it ran out of memory' : message));
  worker.on('exit', () => ended('its thread ended'));
  function ended(reason: string): void {
    if (!isEnded) onEnd(reason);
    isEnded = true;
  }
  return {
    send: (message) => worker.postMessage(message, [...message.buffers]),
    async end() {
      isEnded = true;
      await worker.terminate();
    },
  };
}
