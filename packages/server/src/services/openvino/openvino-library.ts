import { closeSync, fstatSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { OpenvinoParts } from './openvino-parts.js';

/** A pointer, as koffi gives it out. */
export type Pointer = object;

/** OpenVINO refused something; its words are in the message. */
class OpenvinoError extends Error {
  override readonly name = 'OpenvinoError';
}

type Foreign = ((...args: readonly unknown[]) => unknown) & {
  async(...args: readonly unknown[]): void;
};

/** What is used of koffi. */
interface Koffi {
  load(path: string): { func(signature: string): Foreign };
  struct(name: string, fields: Readonly<Record<string, string>>): unknown;
  array(type: string, length: number, hint?: 'Typed'): unknown;
  decode(pointer: Pointer, type: unknown): unknown;
  view(pointer: Pointer, bytes: number): ArrayBuffer;
  address(pointer: Pointer): bigint;
}

const PROT_READ = 1;
const MAP_PRIVATE = 2;
// What mmap returns for an error.
const MAP_FAILED = 2n ** 64n - 1n;

/**
 * The functions of OpenVINO's C API that are used here; those that take long run in another thread.
 *
 * @see openvino 2026.4.1, src/bindings/c/include/openvino/c
 */
export class OpenvinoLibrary {
  readonly #koffi: Koffi;
  readonly #functions: Readonly<Record<keyof typeof SIGNATURES, Foreign>>;
  readonly #mmap: Foreign;
  readonly #munmap: Foreign;
  readonly #core: Pointer;

  private constructor({ library, koffi: module }: OpenvinoParts) {
    const koffi = createRequire(module)(module) as Koffi;
    koffi.struct('ov_shape_t', { rank: 'int64', dims: 'int64*' });
    koffi.struct('ov_property_t', { key: 'str', value: 'str' });
    const openvino = koffi.load(library);
    const system = koffi.load('libc.so.6');
    this.#koffi = koffi;
    this.#functions = Object.fromEntries(
      Object.entries(SIGNATURES).map(([name, signature]) => [name, openvino.func(signature)]),
    ) as Record<keyof typeof SIGNATURES, Foreign>;
    this.#mmap = system.func('void* mmap(void* at, size_t length, int protection, int flags, int file, int64 offset)');
    this.#munmap = system.func('int munmap(void* at, size_t length)');
    this.#core = this.#made('create');
  }

  static #loaded: { readonly path: string; readonly library: OpenvinoLibrary } | undefined;

  /** The library, once a process. @throws OpenvinoError if it cannot be loaded */
  static load(parts: OpenvinoParts): OpenvinoLibrary {
    if (OpenvinoLibrary.#loaded?.path !== parts.library) {
      try {
        OpenvinoLibrary.#loaded = { path: parts.library, library: new OpenvinoLibrary(parts) };
      } catch (cause) {
        if (cause instanceof OpenvinoError) throw cause;
        throw new OpenvinoError(`OpenVINO cannot be loaded: ${messageOf(cause)}`, { cause });
      }
    }
    return OpenvinoLibrary.#loaded.library;
  }

  /** @param bytes a serialized ONNX ModelProto, with weights at addresses @returns a model, for {@link compile} */
  read(bytes: Uint8Array): Promise<Pointer> {
    return this.#madeAside('read', this.#core, bytes, bytes.length, null);
  }

  /**
   * The same of a model that names files in a folder. OpenVINO finds them from the working folder, which is another one
   * meanwhile: for some hundredths of a second, in which nothing else of JavaScript runs.
   *
   * @throws also where the working folder cannot be changed, as in threads of workers
   */
  readIn(folder: string, bytes: Uint8Array): Pointer {
    const before = process.cwd();
    process.chdir(folder);
    try {
      return this.#made('read', this.#core, bytes, bytes.length, null);
    } finally {
      process.chdir(before);
    }
  }

  /** @param model is freed @returns a compiled model, for {@link free} */
  async compile(model: Pointer, properties: Readonly<Record<string, string>>): Promise<Pointer> {
    try {
      const list = Object.entries(properties).map(([key, value]) => ({ key, value }));
      return await this.#madeAside('compile', this.#core, model, 'CPU', list.length, list);
    } finally {
      this.#functions.freeModel(model);
    }
  }

  /** @returns a request, in which a compiled model runs */
  requestOf(compiled: Pointer): Pointer {
    return this.#made('request', compiled);
  }

  /** How many inputs a compiled model has. */
  inputCountOf(compiled: Pointer): number {
    const count = [0];
    this.#check(this.#functions.inputs(compiled, count));
    return Number(count[0]);
  }

  /** Runs a model with what its inputs hold. */
  async infer(request: Pointer): Promise<void> {
    this.#check(await this.#aside('infer', request));
  }

  /** The values of an input, to be written; valid as long as the request is. */
  inputOf(request: Pointer, name: string): Float32Array {
    return this.#withTensor(request, name, (data, bytes) => new Float32Array(this.#koffi.view(data, bytes)));
  }

  /** A copy of an output. */
  outputOf(request: Pointer, name: string): { readonly dims: readonly number[]; readonly data: Float32Array } {
    return this.#withTensor(request, name, (data, bytes, tensor) => {
      const shape: { rank?: bigint | number; dims?: Pointer } = {};
      this.#check(this.#functions.shape(tensor, shape));
      const dims = this.#koffi.decode(shape.dims ?? {}, this.#koffi.array('int64', Number(shape.rank)));
      const type = this.#koffi.array('float', bytes / Float32Array.BYTES_PER_ELEMENT, 'Typed');
      this.#functions.freeShape(shape);
      return {
        dims: Array.from(dims as Iterable<bigint | number>, Number),
        data: Float32Array.from(this.#koffi.decode(data, type) as Float32Array),
      };
    });
  }

  free({ request, compiled }: { readonly request: Pointer | undefined; readonly compiled: Pointer }): void {
    if (request !== undefined) this.#functions.freeRequest(request);
    this.#functions.freeCompiled(compiled);
  }

  /** Maps a file, to be read only. @returns its address, and what ends the mapping */
  map(path: string): { readonly address: number; unmap(): void } {
    const file = openSync(path, 'r');
    try {
      const length = fstatSync(file).size;
      const at = this.#mmap(null, length, PROT_READ, MAP_PRIVATE, file, 0) as Pointer;
      const address = this.#koffi.address(at);
      if (address === MAP_FAILED) throw new OpenvinoError(`${path} cannot be mapped into memory`);
      return { address: Number(address), unmap: () => void this.#munmap(at, length) };
    } finally {
      closeSync(file);
    }
  }

  #withTensor<Result>(
    request: Pointer,
    name: string,
    read: (data: Pointer, bytes: number, tensor: Pointer) => Result,
  ): Result {
    const tensor = this.#made('tensor', request, name);
    try {
      const bytes = [0];
      this.#check(this.#functions.bytes(tensor, bytes));
      return read(this.#made('data', tensor), Number(bytes[0]), tensor);
    } finally {
      this.#functions.freeTensor(tensor);
    }
  }

  /** Calls a function whose last argument is where a pointer goes. */
  #made(name: keyof typeof SIGNATURES, ...args: readonly unknown[]): Pointer {
    const place: [Pointer | null] = [null];
    this.#check(this.#functions[name](...args, place));
    return place[0] ?? {};
  }

  async #madeAside(name: keyof typeof SIGNATURES, ...args: readonly unknown[]): Promise<Pointer> {
    const place: [Pointer | null] = [null];
    this.#check(await this.#aside(name, ...args, place));
    return place[0] ?? {};
  }

  #aside(name: keyof typeof SIGNATURES, ...args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#functions[name].async(...args, (error: unknown, result: unknown) =>
        error ? reject(error) : resolve(result),
      );
    });
  }

  #check(status: unknown): void {
    if (status !== 0) throw new OpenvinoError(`OpenVINO: ${essenceOf(String(this.#functions.error()))}`);
  }
}

const SIGNATURES = {
  create: 'int ov_core_create(_Out_ void** core)',
  read: 'int ov_core_read_model_from_memory_buffer(void* core, const uint8_t* bytes, size_t length, void* weights, _Out_ void** model)',
  compile:
    'int ov_core_compile_model_props(void* core, void* model, const char* device, size_t count, const ov_property_t* properties, _Out_ void** compiled)',
  request: 'int ov_compiled_model_create_infer_request(void* compiled, _Out_ void** request)',
  inputs: 'int ov_compiled_model_inputs_size(void* compiled, _Out_ size_t* count)',
  infer: 'int ov_infer_request_infer(void* request)',
  tensor: 'int ov_infer_request_get_tensor(void* request, const char* name, _Out_ void** tensor)',
  data: 'int ov_tensor_data(void* tensor, _Out_ void** data)',
  bytes: 'int ov_tensor_get_byte_size(void* tensor, _Out_ size_t* bytes)',
  shape: 'int ov_tensor_get_shape(void* tensor, _Out_ ov_shape_t* shape)',
  freeShape: 'int ov_shape_free(_Inout_ ov_shape_t* shape)',
  freeTensor: 'void ov_tensor_free(void* tensor)',
  freeModel: 'void ov_model_free(void* model)',
  freeRequest: 'void ov_infer_request_free(void* request)',
  freeCompiled: 'void ov_compiled_model_free(void* compiled)',
  error: 'const char* ov_get_last_err_msg()',
} as const;

/** Without the places in OpenVINO's sources, which each level of its calls adds. */
function essenceOf(message: string): string {
  const lines = message
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^Exception from .*:\d+:$/.test(line.trim()));
  return lines.join(' ').trim() || 'it failed without a reason';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
