import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type GoldenTensor, readGoldenSafetensors } from './golden-safetensors.js';

/** Where a tensor of a case is, and what it should be. */
export interface GoldenTensorRef {
  readonly key: string;
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** One entry of a manifest. What `params` holds depends on the stage. */
export interface GoldenCase {
  readonly id: string;
  readonly stage: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Relative to the set's folder. */
  readonly file: string;
  readonly inputs: Readonly<Record<string, GoldenTensorRef>>;
  readonly outputs: Readonly<Record<string, GoldenTensorRef>>;
  /** Words ("exact"), or numbers; `null` when the manifest names none. */
  readonly tolerance: unknown;
  /** The reference refused this case, and so must we. */
  readonly error: string | null;
  /** Optional; it may be missing. */
  readonly isOptional: boolean;
  /** Of what is to be refused: to read it without harm is as good. */
  readonly mayLoad: boolean;
}

/** The golden set itself is missing or damaged; nothing can be said about the code. */
export class GoldenSetError extends Error {
  override readonly name = 'GoldenSetError';
}

/** A folder of golden cases: `manifest.json`, tensors in `goldens/`, tiny `checkpoints/`, `images/`. */
export class GoldenSet {
  readonly #files = new Map<string, ReadonlyMap<string, GoldenTensor>>();

  private constructor(
    readonly folder: string,
    readonly name: string,
    readonly cases: readonly GoldenCase[],
  ) {}

  /** @throws GoldenSetError if there is no readable manifest */
  static open(folder: string): GoldenSet {
    const path = join(folder, 'manifest.json');
    if (!existsSync(path)) throw new GoldenSetError(`no golden set at ${folder}: manifest.json is missing`);
    const manifest = readJson(path);
    if (!isRecord(manifest) || !Array.isArray(manifest.cases)) {
      throw new GoldenSetError(`${path}: expected an object with a list of cases`);
    }
    if (manifest.format !== 1) {
      throw new GoldenSetError(`${path}: expected format 1, got ${JSON.stringify(manifest.format)}`);
    }
    return new GoldenSet(resolve(folder), String(manifest.set), manifest.cases.map(toCase));
  }

  /** The absolute path of something the manifest names relative to the set. */
  path(relative: string): string {
    return resolve(this.folder, relative);
  }

  /** The absolute path of a checkpoint folder. */
  checkpoint(name: string): string {
    return this.path(join('checkpoints', name));
  }

  /** A JSON file of the set. */
  json(relative: string): unknown {
    const path = this.path(relative);
    if (!existsSync(path)) throw new GoldenSetError(`${path} is missing`);
    return readJson(path);
  }

  /** @throws GoldenSetError if the case has no such input, or its file does not hold it */
  input(goldenCase: GoldenCase, name: string): GoldenTensor {
    return this.#read(goldenCase, name, goldenCase.inputs[name]);
  }

  /** Like {@link input}, as float32 numbers. */
  inputFloats(goldenCase: GoldenCase, name: string): Float32Array {
    const { data } = this.input(goldenCase, name);
    if (!(data instanceof Float32Array)) throw new GoldenSetError(`${goldenCase.id}: input ${name} is not float32`);
    return data;
  }

  /** @throws GoldenSetError if the case has no such output, or its file does not hold it */
  output(goldenCase: GoldenCase, name: string): GoldenTensor {
    return this.#read(goldenCase, name, goldenCase.outputs[name]);
  }

  #read({ id, file }: GoldenCase, name: string, ref: GoldenTensorRef | undefined): GoldenTensor {
    if (ref === undefined) throw new GoldenSetError(`${id}: the manifest names no tensor ${name}`);
    const found = this.#tensors(file).get(ref.key);
    if (found === undefined) throw new GoldenSetError(`${id}: ${file} does not hold ${ref.key}`);
    return found;
  }

  #tensors(file: string): ReadonlyMap<string, GoldenTensor> {
    let tensors = this.#files.get(file);
    if (tensors === undefined) {
      const path = this.path(file);
      try {
        tensors = readGoldenSafetensors(path);
      } catch (cause) {
        throw new GoldenSetError(`${path} cannot be read`, { cause });
      }
      this.#files.set(file, tensors);
    }
    return tensors;
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new GoldenSetError(`${path} is not JSON`, { cause });
  }
}

function toCase(entry: unknown): GoldenCase {
  if (!isRecord(entry) || typeof entry.id !== 'string' || typeof entry.stage !== 'string') {
    throw new GoldenSetError('manifest.json: a case without id or stage');
  }
  return {
    id: entry.id,
    stage: entry.stage,
    params: (entry.params ?? {}) as GoldenCase['params'],
    file: String(entry.file ?? ''),
    inputs: (entry.inputs ?? {}) as GoldenCase['inputs'],
    outputs: (entry.outputs ?? {}) as GoldenCase['outputs'],
    tolerance: entry.tolerance ?? null,
    error: typeof entry.error === 'string' ? entry.error : null,
    isOptional: entry.optional === true,
    mayLoad: entry.may_load === true,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
