import { freemem, totalmem } from 'node:os';
import { withReason } from '@unclip-studio/graph-core';
import {
  type BuiltModel,
  type Feeds,
  InferenceError,
  type InferenceService,
  type ModelRequest,
  type Tensor,
} from '@unclip-studio/nodes-unclip';
import type { Reason } from '@unclip-studio/protocol';
import { toSize } from './byte-size.js';
import { arithmeticOf, CPU, type Device, optionOf, partOf } from './devices/device.js';
import { adviceFor, realSurroundings, withoutSource } from './devices/device-advice.js';
import { type ModelSession, OnnxSession } from './onnx-session.js';
import { OpenvinoSession } from './openvino/openvino-session.js';

export interface OrtSessionsOptions {
  /**
   * How much loaded models may take together, weights as float32 and estimated working memory; see
   * {@link defaultMemoryBudget} for when it is left out. A model in use may exceed it alone.
   */
  readonly memoryBudgetBytes?: number | undefined;
  /** No model is needed again once another one was loaded: each is unloaded as soon as the next is needed. */
  readonly oneShot?: boolean;
  /** What models run on; the CPU when left out. */
  readonly device?: Device | Promise<Device>;
  /** Called with a message for the user when a device fails or memory runs out. */
  onNotice?(words: string, because: Reason): void;
  /**
   * Called when a device is lost, such as after its driver was reset, which only a new process can fix: ends this one.
   * Continues on the CPU when left out.
   */
  onDeviceLost?(words: string): Promise<never>;
  /** Called with the duration of a model. */
  onRun?(run: ModelRun): void;
  /** For tests: the error with which a model fails instead of running. */
  readonly failureOf?: InjectedFailure | undefined;
}

/** @returns `undefined` where the model is to run */
export type InjectedFailure = (modelKey: string, device: Device) => Error | undefined;

/** One run of a model, for forecasts. */
export interface ModelRun {
  readonly model: Pick<ModelRequest, 'key' | 'family'>;
  /** What ran it, see {@link optionOf}. */
  readonly on: string;
  /** How many rows it was fed, of a model that takes any number; otherwise 1. */
  readonly rows: number;
  /** Of all rows. */
  readonly multiplyAdds: number;
  /** How long it waited for the model to be loaded; 0 if it was loaded. */
  readonly loadMs: number;
  readonly runMs: number;
}

export interface OrtSessions extends InferenceService {
  /** What models run on from now on; another one than at first once that has failed. */
  device(): Promise<Device>;
  /**
   * Runs a model that no result depends on, such as that of previews: no other model is unloaded for it, a failure does
   * not abandon the device, and forecasts ignore it.
   *
   * @returns `undefined` if it does not fit in addition to the loaded models
   */
  runBeside(model: ModelRequest, feeds: Feeds): Promise<RunBeside | undefined>;
  /** Whether the model would run without being loaded first. */
  isLoaded(model: ModelRequest): Promise<boolean>;
  /** Frees all models that no run uses now. */
  unloadIdle(): Promise<void>;
  /** Frees all models; runs under way end first. */
  close(): Promise<void>;
}

export interface RunBeside {
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Without loading the model. */
  readonly runMs: number;
}

/** A model that is loaded or being loaded. */
interface PooledSession {
  /** Its memory while nothing runs. */
  readonly restBytes: number;
  /** Its memory while it runs. */
  readonly runBytes: number;
  readonly loading: Promise<ModelSession>;
  readonly built: Pick<BuiltModel, 'multiplyAdds' | 'rowsAreFree' | 'weightBytes' | 'workingBytes'>;
  /** The runs that use it now, so that it is not freed under them. */
  readonly runs: Set<Promise<unknown>>;
}

/**
 * Runs models on a device, with ONNX Runtime or, in bfloat16 on the CPU, with OpenVINO. The runtime itself is loaded with the first model; models stay loaded
 * within the memory budget, and the least recently used is unloaded first. A device that fails is replaced by the CPU,
 * with a notice; if memory runs out, idle models are unloaded first, and then the caller is notified, which may split
 * its request.
 */
export function createOrtSessions(options: OrtSessionsOptions = {}): OrtSessions {
  const { memoryBudgetBytes = defaultMemoryBudget(), oneShot = false, onNotice = () => {}, onRun = () => {} } = options;
  const { onDeviceLost, failureOf = () => undefined } = options;
  let device: Device | Promise<Device> = options.device ?? CPU;
  // A Map keeps the order of insertion; using a session moves it to the end.
  const pool = new Map<string, PooledSession>();
  // Of models that failed, for the words of the error.
  const sizes = new WeakMap<object, Pick<BuiltModel, 'weightBytes' | 'workingBytes'>>();

  /** @returns the session, once there is room for it to run in */
  function take(model: ModelRequest, on: Device, built?: BuiltModel) {
    const key = poolKey(model, on);
    const known = pool.get(key);
    if (known === undefined) {
      const pooled = load(model, built ?? model.build(on.formulation), on);
      pool.set(key, pooled);
      return { pooled, ready: pooled.loading };
    }
    pool.delete(key);
    const room = makeRoom(known.runBytes);
    pool.set(key, known);
    return { pooled: known, ready: room.then(() => known.loading) };
  }

  function load(model: ModelRequest, built: BuiltModel, on: Device): PooledSession {
    const { weightBytes, runsOnEnd } = built;
    const runBytes = runBytesOf(built);
    // Freed before the new model is loaded, not after, because the peak is what a machine runs out of.
    const room = oneShot ? makeRoom(Number.POSITIVE_INFINITY) : makeRoom(runBytes);
    const loading = room.then(() => openSession(model, built, on));
    // A model that cannot be loaded is tried again in the next run; all callers waiting for it get the error.
    loading.catch(() => pool.delete(poolKey(model, on)));
    // See `enableCpuMemArena` of sessions: only these keep their working memory.
    return { restBytes: runsOnEnd ? runBytes : weightBytes, runBytes, loading, built, runs: new Set() };
  }

  /** Frees the least recently used models; the model that needs the room is not in the pool meanwhile. */
  async function makeRoom(neededBytes: number): Promise<void> {
    let totalBytes = neededBytes + heldBytes();
    const releases: Promise<void>[] = [];
    for (const [key, pooled] of pool) {
      if (totalBytes <= memoryBudgetBytes) break;
      if (pooled.runs.size > 0) continue;
      pool.delete(key);
      totalBytes -= pooled.restBytes;
      releases.push(release(pooled));
    }
    await Promise.all(releases);
  }

  /** @param except key of a model that does not count */
  function heldBytes(except?: string): number {
    let bytes = 0;
    for (const [key, { runs, runBytes, restBytes }] of pool) {
      if (key !== except) bytes += runs.size > 0 ? runBytes : restBytes;
    }
    return bytes;
  }

  async function attempt(model: ModelRequest, feeds: Feeds) {
    // Waiting only where there is something to wait for keeps calls in their order.
    const on = partOf(device instanceof Promise ? await device : device, model);
    const startMs = performance.now();
    const isLoaded = pool.has(poolKey(model, on));
    const { pooled, ready } = take(model, on);
    let readyMs = startMs;
    const running = ready.then((session) => {
      readyMs = performance.now();
      const failure = failureOf(model.key, on);
      if (failure !== undefined) throw failure;
      return session.run(feeds);
    });
    pooled.runs.add(running);
    try {
      const outputs = await running;
      const { multiplyAdds = 0, rowsAreFree = false } = pooled.built;
      const rows = rowsAreFree ? (Object.values(feeds)[0]?.dims[0] ?? 1) : 1;
      const runMs = performance.now() - readyMs;
      const loadMs = isLoaded ? 0 : readyMs - startMs;
      onRun({ model, on: optionOf(on), rows, multiplyAdds: multiplyAdds * rows, loadMs, runMs });
      return outputs;
    } catch (error) {
      if (error instanceof Error) sizes.set(error, pooled.built);
      throw error;
    } finally {
      pooled.runs.delete(running);
    }
  }

  async function run(model: ModelRequest, feeds: Feeds): Promise<Readonly<Record<string, Tensor>>> {
    try {
      return await attempt(model, feeds);
    } catch (error) {
      return goOnAfter(error, model, feeds);
    }
  }

  /** @throws InferenceError if this device cannot continue by itself */
  async function goOnAfter(error: unknown, model: ModelRequest, feeds: Feeds) {
    const on = partOf(await device, model);
    const message = `Model "${model.key}" failed: ${messageOf(error)}`;
    if (isMemoryError(error)) {
      const hadOthers = await unloadOthers(model);
      // On WebGPU a failed run keeps the memory it took until no session is left.
      if (on.name !== 'cpu') await unload(() => true);
      if (hadOthers) {
        onNotice('Memory ran out, so models that are not in use were unloaded.', { code: 'memory-freed' });
        return run(model, feeds);
      }
      const size = error instanceof Error ? sizes.get(error) : undefined;
      // The caller may take less at once; see `takeFewerQueries` and `leaveDevice`.
      const words = `${message}${size === undefined ? '' : `. ${memoryWords(size, on)}`}`;
      const outOfMemory = new InferenceError(words, { cause: error, isOutOfMemory: true });
      throw withReason(outOfMemory, { code: 'out-of-memory', model: model.key });
    }
    const { why } = adviceFor(on.name, { reason: withoutSource(messageOf(error)) }, realSurroundings(process.env));
    if (isDeviceLoss(error) && onDeviceLost !== undefined) return onDeviceLost(`${on.name} was lost (${why})`);
    // A model that is exact on the CPU anyway failed there.
    const isOnCpu = arithmeticOf(on) === 'cpu';
    const goesOn = on.name === 'cpu' ? 'Continuing in float32.' : 'Continuing on the CPU.';
    const detail = `${arithmeticOf(on)}: ${why}`;
    const because = { code: 'device-failed', detail, next: on.name === 'cpu' ? 'float32' : 'cpu' } as const;
    if (isOnCpu || !leaveDevice(`${arithmeticOf(on)} failed (${why}). ${goesOn}`, because)) {
      throw new InferenceError(message, { cause: error });
    }
    return run(model, feeds);
  }

  /** @returns whether there were any besides the model that needs the room */
  async function unloadOthers({ key: wanted }: ModelRequest): Promise<boolean> {
    return unload((key) => !key.startsWith(`${wanted} on `));
  }

  /** @returns whether there were any that no run uses */
  async function unload(isMeant: (key: string) => boolean): Promise<boolean> {
    const idle = [...pool].filter(([key, { runs }]) => runs.size === 0 && isMeant(key));
    for (const [key] of idle) pool.delete(key);
    await Promise.all(idle.map(([, pooled]) => release(pooled)));
    return idle.length > 0;
  }

  function leaveDevice(words: string, because: Reason): boolean {
    if (!(device instanceof Promise) && arithmeticOf(device) === 'cpu') return false;
    device = CPU;
    onNotice(words, because);
    return true;
  }

  return {
    memoryBudgetBytes,
    run,
    async takeFewerQueries() {
      const on = await device;
      const { maxScoreBytes = 0, name } = on.formulation;
      const fewerBytes = maxScoreBytes / 4;
      if (fewerBytes < LEAST_SCORE_BYTES) return false;
      const size = toSize(fewerBytes);
      device = { ...on, formulation: { ...on.formulation, name: `${name} ${size}`, maxScoreBytes: fewerBytes } };
      // A model built again takes as much as before.
      await unload(() => true);
      onNotice(
        `Memory ran out, so attention takes fewer queries at a time: ${size} of scores instead of ${toSize(maxScoreBytes)}.`,
        { code: 'memory-short', solution: 'fewer-queries' },
      );
      return true;
    },
    async runBeside(model, feeds) {
      const on = partOf(await device, model);
      const key = poolKey(model, on);
      const known = pool.get(key);
      const built = known === undefined ? model.build(on.formulation) : undefined;
      const neededBytes = known?.runBytes ?? (built === undefined ? 0 : runBytesOf(built));
      if (oneShot || heldBytes(key) + neededBytes > memoryBudgetBytes) return undefined;
      const { pooled, ready } = take(model, on, built);
      const running = ready.then(async (session) => {
        const startMs = performance.now();
        return { outputs: await session.run(feeds), runMs: performance.now() - startMs };
      });
      pooled.runs.add(running);
      return running.finally(() => pooled.runs.delete(running));
    },
    notice: onNotice,
    leaveDevice,
    device: async () => device,
    isLoaded: async (model) => pool.has(poolKey(model, partOf(await device, model))),
    unloadIdle: async () => void (await unload(() => true)),
    async close() {
      const all = [...pool.values()];
      pool.clear();
      await Promise.all(all.map(release));
    },
  };
}

function runBytesOf({ weightBytes, workingBytes = 0 }: BuiltModel): number {
  return weightBytes + workingBytes;
}

// Parts this small are negligible compared with the rest of a UNet.
const LEAST_SCORE_BYTES = 6e6;

function memoryWords({ weightBytes, workingBytes = 0 }: Pick<BuiltModel, 'weightBytes' | 'workingBytes'>, on: Device) {
  const needed = `It needs about ${toSize(weightBytes + workingBytes)}, ${toSize(weightBytes)} of them for weights`;
  if (on.name !== 'cpu') return `${needed}, on ${on.name}.`;
  return `${needed}; this machine has ${toSize(freemem())} free of ${toSize(totalmem())}.`;
}

function poolKey({ key }: ModelRequest, { name, formulation }: Device): string {
  return `${key} on ${name} ${formulation.name}`;
}

function openSession(model: ModelRequest, built: BuiltModel, on: Device): Promise<ModelSession> {
  const { formulation, openvino } = on;
  if (openvino === undefined) return OnnxSession.load(built, on);
  // Built again, since weights are mapped only once there is room for the model.
  return OpenvinoSession.load({ build: (addressOf) => model.build(formulation, addressOf) }, openvino);
}

async function release({ loading, runs }: PooledSession): Promise<void> {
  await Promise.allSettled(runs);
  const [outcome] = await Promise.allSettled([loading]);
  // One that was never loaded has nothing to free; its error went to the run that requested it.
  if (outcome.status === 'fulfilled') await outcome.value.release();
}

/**
 * What the runtime and its providers say when an allocation fails. WebGPU says so only in its log, and then that the buffer
 * which could not be made is invalid.
 */
function isMemoryError(error: unknown): boolean {
  return /\[Invalid Buffer\b[^\]]*\] is invalid due to a previous error|out of memory|OUT_OF_(?:DEVICE|HOST)_MEMORY|bad_alloc|bad allocation|failed to allocate|alloc\w* failed|E_OUTOFMEMORY/i.test(
    messageOf(error),
  );
}

/** Their messages when the device is gone for this process: Dawn, Direct3D 12, CUDA. */
function isDeviceLoss(error: unknown): boolean {
  return /device\]? (?:is |was )?lost|DXGI_ERROR_DEVICE_|device (?:was )?removed|unspecified launch failure|illegal memory access|fallen off the bus/i.test(
    messageOf(error),
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * How much of the machine models may take unless the operator says: seven tenths, since the editor, the system and our
 * estimates need the rest. A container's limit counts as its machine.
 */
export function defaultMemoryBudget(): number {
  const limitBytes = process.constrainedMemory();
  const isLimited = limitBytes !== undefined && limitBytes > 0 && limitBytes < totalmem();
  return 0.7 * (isLimited ? limitBytes : totalmem());
}
