import { type BuiltModel, type Feeds, type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import { CPU } from '../devices/device.js';
import { type ModelSession, OnnxSession, threadsWanted } from '../onnx-session.js';
import { OpenvinoLibrary, type Pointer } from './openvino-library.js';
import type { OpenvinoParts } from './openvino-parts.js';

/** A model that OpenVINO runs, and what is needed of it for that. */
export interface OpenvinoModel {
  /** @param addressOf where a file of weights is mapped, by its absolute path; left out, files are named */
  build(addressOf?: (path: string) => number): Built;
}

type Built = Pick<BuiltModel, 'bytes' | 'prelude' | 'weightsFolder' | 'outputNames'>;

/**
 * A model in OpenVINO on the CPU in bfloat16; its prelude, if there is one, is run by ONNX Runtime in float32.
 */
export class OpenvinoSession implements ModelSession {
  readonly #library: OpenvinoLibrary;
  readonly #compiled: Pointer;
  readonly #request: Pointer;
  readonly #prelude: OnnxSession | undefined;
  readonly #outputNames: readonly string[];
  readonly #inputs = new Map<string, Float32Array>();
  #running: Promise<unknown> = Promise.resolve();

  private constructor(made: Made) {
    this.#library = made.library;
    this.#compiled = made.compiled;
    this.#request = made.request;
    this.#prelude = made.prelude;
    this.#outputNames = made.outputNames;
  }

  /** @throws OpenvinoError if it cannot be loaded or compiled */
  static async load(model: OpenvinoModel, parts: OpenvinoParts): Promise<OpenvinoSession> {
    const library = OpenvinoLibrary.load(parts);
    let compiled: Pointer | undefined;
    let prelude: OnnxSession | undefined;
    try {
      const built = model.build();
      prelude = built.prelude && (await OnnxSession.load({ ...built, bytes: built.prelude, runsOnEnd: true }, CPU));
      compiled = await library.compile(
        readByFiles(library, built) ?? (await readByAddresses(library, model)),
        propertiesOf(),
      );
      const request = library.requestOf(compiled);
      return new OpenvinoSession({ library, compiled, request, prelude, outputNames: built.outputNames ?? [] });
    } catch (error) {
      if (compiled !== undefined) library.free({ request: undefined, compiled });
      await prelude?.release();
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
    const asked = [...entries.filter(([name]) => !names.includes(name)), ...Object.entries(time)];
    // Otherwise the values of an earlier run would be taken.
    const expected = this.#library.inputCountOf(this.#compiled);
    if (asked.length !== expected) throw new Error(`Internal error: ${asked.length} of ${expected} inputs are given`);
    for (const [name, { data }] of asked) {
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
  }
}

interface Made {
  readonly library: OpenvinoLibrary;
  readonly compiled: Pointer;
  readonly request: Pointer;
  readonly prelude: OnnxSession | undefined;
  readonly outputNames: readonly string[];
}

/** @returns `undefined` where it has to be read in another way: OpenVINO refuses files behind symbolic links, as in the cache of Hugging Face */
function readByFiles(library: OpenvinoLibrary, { weightsFolder, bytes }: Built): Pointer | undefined {
  if (weightsFolder === null) return undefined;
  try {
    return library.readIn(weightsFolder, bytes);
  } catch {
    // What else may be wrong with it, the other way says as well.
    return undefined;
  }
}

/** OpenVINO copies these weights: 8.4 GiB instead of 5.2 while the UNet of SD 2.1 is compiled, and as much as otherwise from then on. */
async function readByAddresses(library: OpenvinoLibrary, model: OpenvinoModel): Promise<Pointer> {
  const mapped = new Map<string, ReturnType<OpenvinoLibrary['map']>>();
  try {
    const { bytes } = model.build((path) => {
      const mapping = mapped.get(path) ?? library.map(path);
      mapped.set(path, mapping);
      return mapping.address;
    });
    return await library.read(bytes);
  } finally {
    for (const mapping of mapped.values()) mapping.unmap();
  }
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
