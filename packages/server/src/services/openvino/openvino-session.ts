import { type BuiltModel, type Feeds, type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import { CPU } from '../devices/device.js';
import { type ModelSession, OnnxSession, threadsWanted } from '../onnx-session.js';
import { OpenvinoLibrary, type Pointer } from './openvino-library.js';
import type { OpenvinoParts } from './openvino-parts.js';

/** A model that OpenVINO runs, and what is needed of it for that. */
export interface OpenvinoModel {
  /** @param addressOf where a file of weights is mapped, by its absolute path */
  build(addressOf: (path: string) => number): Pick<BuiltModel, 'bytes' | 'prelude' | 'weightsFolder' | 'outputNames'>;
}

/**
 * A model in OpenVINO on the CPU in bfloat16; its prelude, if there is one, is run by ONNX Runtime in float32. Weights are read
 * from files that are mapped: OpenVINO itself refuses those behind symbolic links, which the cache of a model hub is full of.
 */
export class OpenvinoSession implements ModelSession {
  readonly #library: OpenvinoLibrary;
  readonly #compiled: Pointer;
  readonly #request: Pointer;
  readonly #prelude: OnnxSession | undefined;
  readonly #outputNames: readonly string[];
  readonly #unmap: () => void;
  readonly #inputs = new Map<string, Float32Array>();
  #running: Promise<unknown> = Promise.resolve();

  private constructor(made: Made) {
    this.#library = made.library;
    this.#compiled = made.compiled;
    this.#request = made.request;
    this.#prelude = made.prelude;
    this.#outputNames = made.outputNames;
    this.#unmap = made.unmap;
  }

  /** @throws OpenvinoError if it cannot be loaded or compiled */
  static async load(model: OpenvinoModel, parts: OpenvinoParts): Promise<OpenvinoSession> {
    const library = OpenvinoLibrary.load(parts);
    const mapped = new Map<string, ReturnType<OpenvinoLibrary['map']>>();
    const unmap = () => {
      for (const mapping of mapped.values()) mapping.unmap();
    };
    let compiled: Pointer | undefined;
    let prelude: OnnxSession | undefined;
    try {
      const built = model.build((path) => {
        const mapping = mapped.get(path) ?? library.map(path);
        mapped.set(path, mapping);
        return mapping.address;
      });
      prelude = built.prelude && (await OnnxSession.load({ ...built, bytes: built.prelude, runsOnEnd: true }, CPU));
      compiled = await library.compile(built.bytes, propertiesOf());
      const request = library.requestOf(compiled);
      const { outputNames = [] } = built;
      return new OpenvinoSession({ library, compiled, request, prelude, outputNames, unmap });
    } catch (error) {
      if (compiled !== undefined) library.free({ request: undefined, compiled });
      await prelude?.release();
      unmap();
      throw error;
    }
  }

  run(feeds: Feeds): Promise<Readonly<Record<string, Tensor>>> {
    // Inputs and outputs are those of the one request.
    const run = this.#running.then(() => this.#runAlone(feeds));
    this.#running = run.catch(() => {});
    return run;
  }

  async #runAlone(feeds: Feeds) {
    const names = this.#prelude?.inputNames ?? [];
    const entries = Object.entries(feeds);
    const before = Object.fromEntries(entries.filter(([name]) => names.includes(name)));
    const time = (await this.#prelude?.run(before)) ?? {};
    for (const [name, { data }] of [...entries.filter(([name]) => !names.includes(name)), ...Object.entries(time)]) {
      if (!(data instanceof Float32Array)) throw new Error(`Internal error: input "${name}" is not float32`);
      this.#inputOf(name).set(data);
    }
    await this.#library.infer(this.#request);
    return Object.fromEntries(
      this.#outputNames.map((name) => {
        const { dims, data } = this.#library.outputOf(this.#request, name);
        return [name, tensor(dims, data)];
      }),
    );
  }

  #inputOf(name: string): Float32Array {
    const known = this.#inputs.get(name) ?? this.#library.inputOf(this.#request, name);
    this.#inputs.set(name, known);
    return known;
  }

  async release(): Promise<void> {
    this.#inputs.clear();
    this.#library.free({ request: this.#request, compiled: this.#compiled });
    await this.#prelude?.release();
    this.#unmap();
  }
}

interface Made {
  readonly library: OpenvinoLibrary;
  readonly compiled: Pointer;
  readonly request: Pointer;
  readonly prelude: OnnxSession | undefined;
  readonly outputNames: readonly string[];
  unmap(): void;
}

/** @see https://docs.openvino.ai/2026/openvino-workflow/running-inference/inference-devices-and-modes/cpu-device.html */
function propertiesOf(): Readonly<Record<string, string>> {
  const threads = threadsWanted();
  return {
    INFERENCE_PRECISION_HINT: 'bf16',
    NUM_STREAMS: '1',
    // Other models run in this process as well.
    ENABLE_CPU_PINNING: 'NO',
    ...(threads === undefined ? {} : { INFERENCE_NUM_THREADS: String(threads) }),
  };
}
