import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import baseVariant from '@jitl/quickjs-wasmfile-release-sync';
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
} from 'quickjs-emscripten-core';
import {
  MAX_PLUGIN_ARRAYS,
  MAX_PLUGIN_DESCRIPTION_CHARACTERS,
  MAX_PLUGIN_LOG_LINES,
  MAX_PLUGIN_MESSAGE_CHARACTERS,
  MAX_PLUGIN_REQUEST_BYTES,
  MAX_PLUGIN_REQUESTS,
  MAX_PLUGIN_REQUESTS_A_CALL,
  MAX_PLUGIN_TEXT_CHARACTERS,
} from '../limits.js';
import { runBulk } from './bulk.js';
import type { FromPlugin, ToPlugin } from './messages.js';
import { wasm } from './web-assembly.js';

// The program of the thread in which an untrusted plug-in runs: QuickJS as WebAssembly, without any of Node's
// functions. The plug-in can only reach what is in `GuestBridge`; its memory cannot grow further, and each call has a
// time limit.

/** What the thread is started with. */
export interface ThreadData {
  readonly code: string;
  readonly module: WebAssembly.Module;
  readonly memoryBytes: number;
  /** Of one call, without the time in which it waits for the program. */
  readonly callMs: number;
}

const WASM_PAGE_BYTES = 65_536;
const STACK_BYTES = 512 * 2 ** 10;
const PROGRESS_MS = 50;
const OUT_OF_MEMORY = 'it ran out of memory';

if (parentPort === null) throw new Error('Internal error: a plug-in thread is started by the program only');
await main(workerData as ThreadData, parentPort);

async function main({ code, module, memoryBytes, callMs }: ThreadData, port: MessagePort): Promise<void> {
  const pages = Math.ceil(memoryBytes / WASM_PAGE_BYTES);
  const wasmMemory = new wasm.Memory({ initial: Math.min(256, pages), maximum: pages });
  const variant = newVariant(baseVariant as unknown as QuickJSSyncVariant, { wasmModule: module, wasmMemory });
  const quickjs = await newQuickJSWASMModuleFromVariant(variant);
  const runtime = quickjs.newRuntime({ maxStackSizeBytes: STACK_BYTES, memoryLimitBytes: memoryBytes });
  const vm = runtime.newContext();
  const send = (message: FromPlugin) => {
    const transfer = 'buffers' in message ? [...message.buffers] : [];
    port.postMessage(message, transfer);
  };
  // Its memory never shrinks, and what forms a circle is collected late, however large it is.
  const isFull = () => wasmMemory.buffer.byteLength > memoryBytes / 2;
  const guest = createGuest({ runtime, vm, callMs, memoryBytes, send, isFull });
  const problem = guest.load(code);
  if (problem === undefined) port.on('message', (message: ToPlugin) => guest.receive(message));
  else send({ type: 'broken', message: problem });
}

interface GuestOptions {
  readonly runtime: QuickJSRuntime;
  readonly vm: QuickJSContext;
  readonly callMs: number;
  readonly memoryBytes: number;
  send(message: FromPlugin): void;
  isFull(): boolean;
}

function createGuest({ runtime, vm, callMs, memoryBytes, send, isFull }: GuestOptions) {
  let leftMs = callMs;
  let deadline = Number.POSITIVE_INFINITY;
  /** Request -> the bytes of its arrays. */
  const openRequests = new Map<number, number>();
  let requests = 0;
  let isDescribed = false;
  let logLines = 0;
  let lastProgressMs = Number.NEGATIVE_INFINITY;
  let isCalled = false;
  let receiver: QuickJSHandle | undefined;
  runtime.setInterruptHandler(() => performance.now() > deadline);

  /** Runs code of the plug-in. @returns what went wrong */
  function enter(run: () => ReturnType<QuickJSContext['evalCode']>): string | undefined {
    const startMs = performance.now();
    deadline = startMs + leftMs;
    try {
      const result = run();
      const problem = result.error ? describeError(result.error) : undefined;
      result.dispose();
      const jobs = problem === undefined ? runtime.executePendingJobs() : undefined;
      const late = jobs?.error ? describeError(jobs.error) : undefined;
      jobs?.dispose();
      leftMs -= performance.now() - startMs;
      if (leftMs <= 0) return tooLong();
      return problem ?? late;
    } finally {
      deadline = Number.POSITIVE_INFINITY;
    }
  }
  /** An async function of the plug-in can catch an interruption, and would then continue. */
  const isLate = () => performance.now() > deadline;
  /** An error that QuickJS had no memory for is `null`. */
  const isOutOfMemory = (words: string) => words === 'null' && isFull();
  const tooLong = () => `it took longer than ${callMs / 1000} s, which is the limit`;

  function describeError(error: QuickJSHandle): string {
    const name = vm.getProp(error, 'message');
    const words = vm.typeof(name) === 'string' ? vm.getString(name) : String(vm.dump(error));
    name.dispose();
    if (isLate()) return tooLong();
    if (isOutOfMemory(words)) return OUT_OF_MEMORY;
    return words.slice(0, MAX_PLUGIN_MESSAGE_CHARACTERS);
  }

  /** `vm.getLength` returns no length any more once the memory has grown. */
  function lengthOf(handle: QuickJSHandle): number {
    return vm.getProp(handle, 'length').consume((length) => vm.getNumber(length));
  }

  /** Copies of a list of ArrayBuffers; their memory may move when more is allocated. */
  function copiesOf(list: QuickJSHandle): readonly ArrayBuffer[] {
    const length = lengthOf(list);
    if (!(length <= MAX_PLUGIN_ARRAYS)) throw new Error('the value holds too many arrays');
    let totalBytes = 0;
    return Array.from({ length }, (_, i) =>
      vm.getProp(list, i).consume((item) =>
        vm.getArrayBuffer(item).consume(({ value }) => {
          totalBytes += value.byteLength;
          // One array can be in the list a thousand times.
          if (totalBytes > memoryBytes) throw new Error('the arrays of the value hold more than its memory');
          return value.slice().buffer as ArrayBuffer;
        }),
      ),
    );
  }

  function textOf(handle: QuickJSHandle | undefined): string {
    if (handle === undefined || vm.typeof(handle) !== 'string') throw new Error('expected a text');
    if (lengthOf(handle) > MAX_PLUGIN_TEXT_CHARACTERS)
      throw new Error('the value has too much data besides its arrays');
    return vm.getString(handle);
  }

  /** One message of the code inside. It is always untrusted data. */
  function take(type: string, text: string, detail: string, list: QuickJSHandle): void {
    switch (type) {
      case 'described':
        // Once: the second of a million has no waiter.
        if (isDescribed) return;
        isDescribed = true;
        if (text.length > MAX_PLUGIN_DESCRIPTION_CHARACTERS) throw new Error('it says too much of itself');
        send({ type, text });
        return;
      case 'log':
        if (logLines++ < MAX_PLUGIN_LOG_LINES) send({ type, text: text.slice(0, MAX_PLUGIN_MESSAGE_CHARACTERS) });
        return;
      case 'progress': {
        const nowMs = performance.now();
        const [step, steps] = JSON.parse(detail) as readonly unknown[];
        if (nowMs - lastProgressMs < PROGRESS_MS || !isCalled) return;
        lastProgressMs = nowMs;
        send({ type, step: step as number, steps: steps as number });
        return;
      }
      case 'request': {
        const [request, service] = JSON.parse(detail) as readonly unknown[];
        takeRequest({ request: Number(request), service: String(service), text }, list);
        return;
      }
      case 'result':
        if (!isCalled) return;
        if (isLate()) {
          fail(tooLong());
          return;
        }
        isCalled = false;
        send({ type, text, buffers: copiesOf(list), isFull: isFull() });
        return;
      case 'failed':
        if (!isCalled) return;
        if (isLate()) {
          fail(tooLong());
          return;
        }
        if (isOutOfMemory(text)) {
          fail(OUT_OF_MEMORY);
          return;
        }
        isCalled = false;
        send({ type, message: text.slice(0, MAX_PLUGIN_MESSAGE_CHARACTERS) });
        return;
      default:
        throw new Error('there is no such message');
    }
  }

  /** Requests that the program has not answered yet are in its memory. */
  function takeRequest(
    asked: { readonly request: number; readonly service: string; readonly text: string },
    list: QuickJSHandle,
  ) {
    if (!isCalled) return;
    const openBytes = [...openRequests.values()].reduce((sum, bytes) => sum + bytes, 0);
    if (openRequests.size >= MAX_PLUGIN_REQUESTS) throw new Error('too many requests at one time');
    if (requests++ >= MAX_PLUGIN_REQUESTS_A_CALL) throw new Error('too many requests in one call');
    if (openRequests.has(asked.request)) throw new Error('a request has the number of another one');
    const buffers = copiesOf(list);
    const bytes = buffers.reduce((sum, { byteLength }) => sum + byteLength, 2 * asked.text.length);
    if (openBytes + bytes > MAX_PLUGIN_REQUEST_BYTES) throw new Error('the requests at one time hold too much');
    openRequests.set(asked.request, bytes);
    send({ type: 'request', ...asked, buffers });
  }

  function makeBridge(): QuickJSHandle {
    const bridge = vm.newObject();
    const sendFunction = vm.newFunction('send', (type, text, list, detail) =>
      guarded(() => {
        if (list === undefined) throw new Error('expected four values');
        take(textOf(type), textOf(text), textOf(detail), list);
        return vm.undefined;
      }),
    );
    const bulk = vm.newFunction('bulk', (operation, detail, list) =>
      guarded(() => {
        if (list === undefined) throw new Error('expected three values');
        const arrays = copiesOf(list).map((buffer) => new Uint8Array(buffer));
        const bytes = arrays.reduce((sum, { length }) => sum + length, 0);
        // The result may be four times as large, and has to fit into the same memory.
        if (4 * bytes > memoryBytes && textOf(operation) === 'toFloats') throw new Error(OUT_OF_MEMORY);
        const made = runBulk({ operation: textOf(operation), detail: JSON.parse(textOf(detail)), arrays });
        return newBuffer(made);
      }),
    );
    sendFunction.consume((handle) => vm.setProp(bridge, 'send', handle));
    bulk.consume((handle) => vm.setProp(bridge, 'bulk', handle));
    return bridge;
  }

  /** If memory runs out in the middle of passing a value, QuickJS cannot continue. */
  function guarded(work: () => QuickJSHandle): QuickJSHandle {
    try {
      return work();
    } catch (error) {
      if (error instanceof Error && /^Aborted|unreachable|out of bounds|Couldn't allocate/.test(error.message)) {
        fail(OUT_OF_MEMORY);
      }
      throw error;
    }
  }

  function newBuffer(bytes: Uint8Array): QuickJSHandle {
    const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
    return vm.newArrayBuffer(whole.buffer as ArrayBuffer);
  }

  function hand(type: string, text: string, buffers: readonly ArrayBuffer[], detail: string): string | undefined {
    const list = vm.newArray();
    for (const [i, buffer] of buffers.entries()) {
      vm.newArrayBuffer(buffer).consume((handle) => vm.setProp(list, i, handle));
    }
    const args = [vm.newString(type), vm.newString(text), list, vm.newString(detail)];
    try {
      return enter(() => vm.callFunction(receiver ?? vm.undefined, vm.undefined, ...args));
    } finally {
      for (const arg of args) arg.dispose();
    }
  }

  function fail(message: string): void {
    if (isCalled) send({ type: 'failed', message, isOver: true });
    isCalled = false;
  }

  return {
    /** @returns why the code cannot be used */
    load(code: string): string | undefined {
      const bridge = makeBridge();
      vm.setProp(vm.global, 'unclipHost', bridge);
      const problem = enter(() => vm.evalCode(code, 'plugin.js', { type: 'global' }));
      const found = vm.getProp(bridge, 'receive');
      bridge.dispose();
      if (problem !== undefined) return problem;
      if (vm.typeof(found) !== 'function') return 'it does not say what nodes it has';
      receiver = found;
      return undefined;
    },
    receive(message: ToPlugin): void {
      if (message.type === 'call') {
        leftMs = callMs;
        logLines = 0;
        openRequests.clear();
        requests = 0;
        isCalled = true;
        const problem = hand('call', message.text, message.buffers, '');
        if (problem !== undefined) fail(problem);
      } else {
        openRequests.delete(message.request);
        const detail = JSON.stringify([message.request, message.isOk]);
        const problem = hand('answer', message.text, message.buffers, detail);
        if (problem !== undefined) fail(problem);
      }
      // Code that runs out of memory can end silently in the middle of a promise.
      if (isCalled && openRequests.size === 0)
        fail(isFull() ? OUT_OF_MEMORY : 'it waits for something that never comes');
    },
  };
}
