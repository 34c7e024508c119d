import { totalmem } from 'node:os';
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

export interface OrtSessionsOptions {
  /**
   * How much the weights of loaded models may take together, as float32; half of the machine's memory when left out.
   * A model in use may exceed it alone.
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
  readonly weightBytes: number;
  readonly loading: Promise<Session>;
  /** The runs that use it now, so that it is not freed under them. */
  readonly runs: Set<Promise<unknown>>;
}

/**
 * Runs models with ONNX Runtime on the CPU. The runtime itself is loaded with the first model; models stay loaded
 * while the budget lasts, and the least recently used goes first.
 */
export function createOrtSessions(options: OrtSessionsOptions = {}): OrtSessions {
  const { memoryBudgetBytes = totalmem() / 2 } = options;
  // A Map keeps the order of insertion; using a session moves it to the end.
  const pool = new Map<string, PooledSession>();

  function take(model: ModelRequest): PooledSession {
    const known = pool.get(model.key);
    pool.delete(model.key);
    const pooled = known ?? load(model);
    pool.set(model.key, pooled);
    return pooled;
  }

  function load(model: ModelRequest): PooledSession {
    const built = model.build();
    // Freed before the new model is loaded, not after, because the peak is what a machine runs out of.
    const loading = freeSurplus(built.weightBytes).then(() => createSession(built));
    // A model that cannot be loaded is tried anew at the next run; whoever waits for it gets the error.
    loading.catch(() => pool.delete(model.key));
    return { weightBytes: built.weightBytes, loading, runs: new Set() };
  }

  async function freeSurplus(neededBytes: number): Promise<void> {
    let totalBytes = neededBytes;
    for (const pooled of pool.values()) totalBytes += pooled.weightBytes;
    for (const [key, pooled] of pool) {
      if (totalBytes <= memoryBudgetBytes) return;
      if (pooled.runs.size > 0) continue;
      pool.delete(key);
      totalBytes -= pooled.weightBytes;
      await release(pooled);
    }
  }

  return {
    async run(model, feeds) {
      try {
        const pooled = take(model);
        const running = pooled.loading.then((session) => runSession(session, feeds));
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
function sessionOptions({ weightsFolder, runsOnEnd }: BuiltModel): OnnxRuntime.InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    // Other levels made a step 10 % slower and started no faster.
    graphOptimizationLevel: 'all',
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
