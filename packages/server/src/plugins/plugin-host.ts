import type { CancelSignal } from '@unclip-studio/graph-core';
import { MAX_PLUGIN_DESCRIPTION_CHARACTERS } from '../limits.js';
import type { FromPlugin } from './messages.js';
import { PluginError } from './plugin-errors.js';
import type { PluginLimits, PluginProcess, PluginProcessListeners } from './plugin-process.js';
import { type Handles, pack, unpack } from './transport.js';

/** One node to evaluate. */
export interface PluginCall {
  /** As the plug-in itself calls it. */
  readonly node: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, unknown>>;
  readonly handles: Handles;
  readonly signal: CancelSignal;
  progress(step: number, steps: number): void;
  /** Does what the plug-in asks for. @throws Error with the words that the plug-in gets */
  serve(service: string, value: unknown): Promise<unknown>;
}

export interface PluginHostOptions {
  readonly name: string;
  readonly limits: PluginLimits;
  start(listeners: PluginProcessListeners): Promise<PluginProcess>;
  /** Called with each line of the plug-in's console output. */
  onLog?(text: string): void;
}

/**
 * The code of one plug-in, in its own thread or process that starts on demand and ends when it is idle or misbehaves.
 */
export interface PluginHost {
  /** The description of the plug-in, as JSON. @throws PluginError */
  describe(): Promise<unknown>;
  /** One call after the other. @throws PluginError */
  call(call: PluginCall): Promise<Readonly<Record<string, unknown>>>;
  /** Ends its thread once the calls that wait are done; one that comes later starts another. */
  retire(): Promise<void>;
  close(): Promise<void>;
}

const IDLE_MS = 30_000;
const START_MS = 20_000;
const CANCEL_POLL_MS = 100;
// The plug-in's own clock ends it first, unless it is inside something that cannot be interrupted.
const GRACE_MS = 1_000;

interface Running {
  readonly process: PluginProcess;
  readonly described: string;
}

interface Task {
  onMessage(message: FromPlugin): void;
  fail(problem: string): void;
}

export function createPluginHost({ name, limits, start, onLog }: PluginHostOptions): PluginHost {
  let running: Promise<Running> | undefined;
  let task: Task | undefined;
  let turns: Promise<unknown> = Promise.resolve();
  let idleTimer: NodeJS.Timeout | undefined;

  async function startNow(): Promise<Running> {
    let process: PluginProcess | undefined;
    const { promise, resolve, reject } = withResolvers<string>();
    const timer = setTimeout(() => reject(new PluginError(name, 'it did not start in time')), START_MS);
    try {
      process = await start({
        onMessage(message) {
          if (message.type === 'described') resolve(message.text);
          else if (message.type === 'broken') reject(new PluginError(name, `it cannot be loaded: ${message.message}`));
          else if (message.type === 'log') onLog?.(message.text);
          else task?.onMessage(message);
        },
        onEnd(reason) {
          reject(new PluginError(name, `it cannot be loaded: ${reason}`));
          running = undefined;
          task?.fail(reason);
        },
      });
      return { process, described: await promise };
    } catch (error) {
      await process?.end();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  function ensureRunning(): Promise<Running> {
    clearTimeout(idleTimer);
    idleTimer = setTimeout(() => void end(), IDLE_MS).unref();
    const starting = running ?? startNow();
    running = starting;
    starting.catch(() => {
      if (running === starting) running = undefined;
    });
    return starting;
  }

  async function end(): Promise<void> {
    clearTimeout(idleTimer);
    const ending = running;
    running = undefined;
    task?.fail('it was ended');
    await (await ending?.catch(() => undefined))?.process.end();
  }

  /** One after the other; a failed one does not stop the next. */
  function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const result = turns.then(work);
    turns = result.catch(() => {});
    return result;
  }

  async function callNow(call: PluginCall): Promise<Readonly<Record<string, unknown>>> {
    const { process } = await ensureRunning();
    clearTimeout(idleTimer);
    try {
      const { text, buffers, isFull } = await runCall(process, call);
      // The next call gets a new one.
      if (isFull) await end();
      return objectOf(unpack({ text, buffers }, call.handles));
    } catch (error) {
      throw error instanceof PluginError ? error : new PluginError(name, messageOf(error), { cause: error });
    } finally {
      idleTimer = setTimeout(() => void end(), IDLE_MS).unref();
    }
  }

  function runCall(process: PluginProcess, call: PluginCall): Promise<Extract<FromPlugin, { type: 'result' }>> {
    const { promise, resolve, reject } = withResolvers<Extract<FromPlugin, { type: 'result' }>>();
    const clock = createClock(limits.callMs + GRACE_MS, () =>
      stop(`it took longer than ${limits.callMs / 1000} s, which is the limit`),
    );
    const cancel = setInterval(() => {
      if (call.signal.aborted) stop('it was cancelled');
    }, CANCEL_POLL_MS);
    /** It is in the middle of something, so the next call gets a new one. */
    function stop(problem: string): void {
      reject(new PluginError(name, problem));
      void end();
    }
    task = {
      fail: (problem) => reject(new PluginError(name, problem)),
      onMessage(message) {
        if (message.type === 'result') resolve(message);
        else if (message.type === 'failed' && message.isOver === true) stop(message.message);
        else if (message.type === 'failed') reject(new PluginError(name, message.message));
        else if (message.type === 'progress' && isProgress(message)) call.progress(message.step, message.steps);
        else if (message.type === 'request') void answer(process, message, call, clock);
      },
    };
    const packed = pack({ node: call.node, inputs: call.inputs, params: call.params }, call.handles);
    clock.start();
    process.send({ type: 'call', ...packed });
    return promise.finally(() => {
      clock.stop();
      clearInterval(cancel);
      task = undefined;
    });
  }

  return {
    async describe() {
      const { described } = await ensureRunning();
      if (described.length <= MAX_PLUGIN_DESCRIPTION_CHARACTERS) return JSON.parse(described) as unknown;
      throw new PluginError(name, 'it says too much of itself');
    },
    call: (call) => inTurn(() => callNow(call)),
    retire: () => inTurn(end),
    close: end,
  };
}

async function answer(
  process: PluginProcess,
  { request, service, text, buffers }: Extract<FromPlugin, { type: 'request' }>,
  { serve, handles }: PluginCall,
  clock: Clock,
): Promise<void> {
  clock.pause();
  try {
    const packed = pack(await serve(service, unpack({ text, buffers }, handles)));
    process.send({ type: 'answer', request, isOk: true, ...packed });
  } catch (error) {
    process.send({ type: 'answer', request, isOk: false, ...pack(messageOf(error)) });
  } finally {
    clock.resume();
  }
}

interface Clock {
  start(): void;
  stop(): void;
  /** While the plug-in waits for the program. */
  pause(): void;
  resume(): void;
}

function createClock(limitMs: number, onOver: () => void): Clock {
  let leftMs = limitMs;
  let sinceMs = 0;
  let pauses = 0;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  function go(): void {
    if (isOver) return;
    sinceMs = performance.now();
    timer = setTimeout(onOver, Math.max(0, leftMs));
  }
  function halt(): void {
    clearTimeout(timer);
    leftMs -= performance.now() - sinceMs;
  }
  return {
    start: go,
    stop: () => {
      isOver = true;
      halt();
    },
    pause: () => {
      if (pauses++ === 0) halt();
    },
    resume: () => {
      if (--pauses === 0) go();
    },
  };
}

/** What watches a run takes counts and nothing else. */
function isProgress({ step, steps }: { readonly step: unknown; readonly steps: unknown }): boolean {
  return (
    [step, steps].every((one) => Number.isSafeInteger(one)) &&
    (step as number) >= 0 &&
    (step as number) <= (steps as number)
  );
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error('it gave no outputs');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<Value>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  // There may be no waiter yet.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
