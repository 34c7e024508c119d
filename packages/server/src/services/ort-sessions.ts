import {
  type BuiltModel,
  type Feeds,
  InferenceError,
  type InferenceService,
  type ModelRequest,
  type Tensor,
  tensor,
} from '@unclip-studio/nodes-unclip';
import type * as OnnxRuntime from 'onnxruntime-node';
import { defaultMemoryBudget } from './memory-budget.js';

export interface OrtSessionsOptions {
  /**
   * How much loaded models may take together, weights as float32 and estimated working memory; see
   * {@link defaultMemoryBudget} for when it is left out. A model in use may exceed it alone.
   */
  readonly memoryBudgetBytes?: number;
}

export interface OrtSessions extends InferenceService {
  /** Frees all models; runs under way end first. */
  close(): Promise<void>;
}

type Session = OnnxRuntime.InferenceSession;

/** A model that is loaded or being loaded. */
interface PooledSession {
  /** What it holds while nothing runs. */
  readonly restBytes: number;
  /** What it holds while it runs. */
  readonly runBytes: number;
  readonly loading: Promise<Session>;
  /** The runs that use it now, so that it is not freed under them. */
  readonly runs: Set<Promise<unknown>>;
}

/**
 * Runs models with ONNX Runtime on the CPU. The runtime itself is loaded with the first model; models stay loaded
 * while the budget lasts, and the least recently used goes first.
 */
export function createOrtSessions(options: OrtSessionsOptions = {}): OrtSessions {
  const { memoryBudgetBytes = defaultMemoryBudget() } = options;
  // A Map keeps the order of insertion; using a session moves it to the end.
  const pool = new Map<string, PooledSession>();

  /** @returns the session, once there is room for it to run in */
  function take(model: ModelRequest): { readonly pooled: PooledSession; readonly ready: Promise<Session> } {
    const known = pool.get(model.key);
    if (known === undefined) {
      const pooled = load(model);
      pool.set(model.key, pooled);
      return { pooled, ready: pooled.loading };
    }
    pool.delete(model.key);
    const room = makeRoom(known.runBytes);
    pool.set(model.key, known);
    return { pooled: known, ready: room.then(() => known.loading) };
  }

  function load(model: ModelRequest): PooledSession {
    const built = model.build();
    const { weightBytes, workingBytes = 0, runsOnEnd } = built;
    const runBytes = weightBytes + workingBytes;
    // Freed before the new model is loaded, not after, because the peak is what a machine runs out of.
    const loading = makeRoom(runBytes).then(() => createSession(built));
    // A model that cannot be loaded is tried anew at the next run; whoever waits for it gets the error.
    loading.catch(() => pool.delete(model.key));
    // See `enableCpuMemArena` below: only these keep their working memory.
    return { restBytes: runsOnEnd ? runBytes : weightBytes, runBytes, loading, runs: new Set() };
  }

  /** Frees what was not used for longest; the model that needs the room is not in the pool meanwhile. */
  async function makeRoom(neededBytes: number): Promise<void> {
    let totalBytes = neededBytes;
    for (const { runs, runBytes, restBytes } of pool.values()) totalBytes += runs.size > 0 ? runBytes : restBytes;
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

  return {
    memoryBudgetBytes,
    async run(model, feeds) {
      try {
        const { pooled, ready } = take(model);
        const running = ready.then((session) => runSession(session, feeds));
        pooled.runs.add(running);
        try {
          return await running;
        } finally {
          pooled.runs.delete(running);
        }
      } catch (error) {
        throw new InferenceError(`Model "${model.key}" failed: ${messageOf(error)}`, { cause: error });
      }
    },
    async close() {
      const all = [...pool.values()];
      pool.clear();
      await Promise.all(all.map(release));
    },
  };
}

async function createSession(model: BuiltModel): Promise<Session> {
  const { InferenceSession } = await import('onnxruntime-node');
  return InferenceSession.create(model.bytes, sessionOptions(model));
}

// Measured with a UNet of 225 M parameters, latents 64 x 64, batch 2, and with the VAE of SD 2.1, on two cores.
function sessionOptions(model: BuiltModel): OnnxRuntime.InferenceSession.SessionOptions {
  const { weightBytes, weightsFolder, runsOnEnd } = model;
  return {
    executionProviders: ['cpu'],
    graphOptimizationLevel: weightBytes > LARGE_BYTES ? 'extended' : 'all',
    // The pattern is allocated beside what the first run took: peak 1.71 GB with it, 1.34 without, at equal speed.
    enableMemPattern: false,
    // The arena keeps what the largest run took: after decoding 1.63 GB, 0.42 without it. A step gains 10 % by it.
    enableCpuMemArena: runsOnEnd,
    // Only fatal errors are printed: the others are thrown as well, and warnings nobody can act on.
    logSeverityLevel: 4,
    extra: {
      session: {
        // Threads that wait in a busy loop gain a quarter within a run; after it they would slow the next model down.
        force_spinning_stop: '1',
        ...(weightsFolder === null ? {} : { model_external_initializers_file_folder_path: weightsFolder }),
      },
    },
  };
}

/**
 * `all` also lays the weights of convolutions out anew, which makes the VAE 10 % faster. With the UNet of SD 2.1 in fp16
 * that took 11 to 23 s of loading instead of 3 to 5 and a peak of 5.8 GB instead of 3.7, and a step of two cores took as
 * long: 2.2 s instead of 2.1 at 32 x 32 cells, 8.8 instead of 8.6 at 64 x 64 (CPU time, least of several).
 */
const LARGE_BYTES = 2 ** 30;

async function runSession(session: Session, feeds: Feeds): Promise<Readonly<Record<string, Tensor>>> {
  const { Tensor: OrtTensor } = await import('onnxruntime-node');
  const ortFeeds = Object.entries(feeds).map(([name, { dtype, data, dims }]) => [
    name,
    new OrtTensor(dtype, data, dims),
  ]);
  const outputs = await session.run(Object.fromEntries(ortFeeds));
  return Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, toTensor(name, output)]));
}

function toTensor(name: string, { data, dims }: OnnxRuntime.Tensor): Tensor {
  if (data instanceof Float32Array) return tensor(dims, data);
  throw new Error(`Internal error: output "${name}" is not float32`);
}

async function release({ loading, runs }: PooledSession): Promise<void> {
  await Promise.allSettled(runs);
  const [outcome] = await Promise.allSettled([loading]);
  // One that was never loaded holds nothing to free; its error went to the run that wanted it.
  if (outcome.status === 'fulfilled') await outcome.value.release();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
