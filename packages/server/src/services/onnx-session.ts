import { type BuiltModel, type Feeds, type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import type * as OnnxRuntime from 'onnxruntime-node';
import { type Device, providerOf } from './devices/device.js';
import { loadOnnxRuntime } from './onnx-runtime.js';

/** A model that is loaded, whatever runs it. */
export interface ModelSession {
  /** @returns the model's outputs by name, float32 */
  run(feeds: Feeds): Promise<Readonly<Record<string, Tensor>>>;
  /** Frees its memory; no run may be under way. */
  release(): Promise<void>;
}

/** A model in ONNX Runtime, which is loaded with the first one. */
export class OnnxSession implements ModelSession {
  readonly #session: OnnxRuntime.InferenceSession;

  private constructor(session: OnnxRuntime.InferenceSession) {
    this.#session = session;
  }

  static async load(model: LoadedFrom, device: Pick<Device, 'provider' | 'gpu'>): Promise<OnnxSession> {
    // Read when the runtime looks for GPUs, with the first session.
    Object.assign(process.env, device.gpu?.env);
    const { InferenceSession, env } = loadOnnxRuntime();
    // Otherwise WebGPU prints a line for each buffer that memory does not suffice for. What matters is thrown.
    env.logLevel = 'fatal';
    return new OnnxSession(await InferenceSession.create(model.bytes, sessionOptions(model, device)));
  }

  get inputNames(): readonly string[] {
    return this.#session.inputNames;
  }

  async run(feeds: Feeds): Promise<Readonly<Record<string, Tensor>>> {
    const { Tensor: OrtTensor } = loadOnnxRuntime();
    const ortFeeds = Object.entries(feeds).map(([name, { dtype, data, dims }]) => [
      name,
      new OrtTensor(dtype, data, dims),
    ]);
    const outputs = await this.#session.run(Object.fromEntries(ortFeeds));
    return Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, toTensor(name, output)]));
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

type LoadedFrom = Pick<BuiltModel, 'bytes' | 'staysOnDisk' | 'weightsFolder' | 'runsOnEnd'>;

// Measured with a UNet of 225 M parameters, latents 64 x 64, batch 2, and with the VAE of SD 2.1, on two cores.
function sessionOptions(
  { staysOnDisk = false, weightsFolder, runsOnEnd }: LoadedFrom,
  device: Pick<Device, 'provider' | 'gpu'>,
): OnnxRuntime.InferenceSession.SessionOptions {
  const threads = threadsWanted();
  return {
    // Operations that the device has no kernel for run on the CPU.
    executionProviders: device.provider === 'cpu' ? ['cpu'] : [providerOf(device), 'cpu'],
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    graphOptimizationLevel: staysOnDisk ? 'extended' : 'all',
    // The memory pattern is allocated in addition to that of the first run: peak 1.71 GB with it, 1.34 without, at
    // equal speed.
    enableMemPattern: false,
    // The arena keeps what the largest run took: after decoding 1.63 GB, 0.42 without it. A step gains 10 % by it.
    enableCpuMemArena: runsOnEnd,
    // Only fatal errors are printed: the others are also thrown, and warnings are not actionable.
    logSeverityLevel: 4,
    extra: {
      ...(staysOnDisk ? { optimization: { disable_specified_optimizers: 'ConstantFolding' } } : {}),
      session: {
        ...(staysOnDisk ? { disable_prepacking: '1' } : {}),
        // Threads that wait in a busy loop gain a quarter within a run; after it they would slow the next model down.
        force_spinning_stop: '1',
        ...(weightsFolder === null ? {} : { model_external_initializers_file_folder_path: weightsFolder }),
      },
    },
  };
}

/**
 * All cores unless `UNCLIP_CPU_THREADS` says fewer: with one thread there is no busy waiting, which is best for several
 * small models at once, each in its own process.
 *
 * @returns `undefined` for as many as the runtime takes
 */
export function threadsWanted(): number | undefined {
  const count = Number(process.env['UNCLIP_CPU_THREADS']);
  return Number.isInteger(count) && count > 0 ? count : undefined;
}

function toTensor(name: string, { data, dims }: OnnxRuntime.Tensor): Tensor {
  if (data instanceof Float32Array) return tensor(dims, data);
  throw new Error(`Internal error: output "${name}" is not float32`);
}
