import { decodeStream, encodeStream } from '../port-types/generator.js';
import {
  ArrayList,
  arrayAt,
  fieldsOf,
  type StoredArray,
  StoredFormError,
  type StoredValue,
} from '../port-types/stored-arrays.js';
import type { RandomStream } from '../random/random-stream.js';
import type { Scheduler } from '../schedulers/scheduler.js';
import { type Tensor, tensor } from '../tensor/tensor.js';

/** Where samplers save their progress, so that a later run can continue from it. */
export interface SamplingStates {
  /** A name for everything that determines a state: equal names mean equal bytes. */
  nameOf(text: string, arrays: readonly StoredArray[]): string;
  has(name: string): boolean;
  /**
   * The current device of models and its precision: a state of another one leads to another image. Read at every call,
   * since a device may fail during a run. Left out: it never changes.
   */
  readonly arithmetic?: () => Promise<string>;
  /** Finds out which of these `has` is to know of; left out: it knows by itself. Never rejects. */
  readonly lookUp?: (names: readonly string[]) => Promise<void>;
  /** Never rejects. `undefined`: gone or damaged. */
  read(name: string): Promise<StoredValue | undefined>;
  /** Keeps a state when there is time and room; the sampler does not wait. `value` must not change any more. */
  write(name: string, value: StoredValue): void;
}

/** Everything that a sampler's next call depends on, in addition to its inputs. */
export interface SamplingState {
  readonly latents: Tensor;
  readonly scheduler: Scheduler;
  readonly generator: RandomStream;
}

const VERSION = 2;

/** @returns `undefined` if the scheduler cannot be resumed */
export function encodeSamplingState({ latents, scheduler, generator }: SamplingState): StoredValue | undefined {
  const memory = scheduler.snapshot?.();
  if (memory === undefined) return undefined;
  const list = new ArrayList();
  const fields = {
    version: VERSION,
    dims: latents.dims,
    latents: list.add(latents.data),
    memory: memory.map((values) => list.add(values)),
    generator: encodeStream(list, generator.state()),
  };
  return { fields, arrays: list.arrays };
}

/**
 * Puts scheduler and generator where they stood before `call`.
 *
 * @returns the latents of that moment
 * @throws StoredFormError if it is not what `encodeSamplingState` gives; nothing has changed then
 */
export function restoreSamplingState(
  { fields, arrays }: StoredValue,
  { call, scheduler, generator }: Omit<SamplingState, 'latents'> & { readonly call: number },
): Tensor {
  const stored = fieldsOf(fields, 'version', 'dims', 'latents', 'memory', 'generator');
  const { dims, memory } = stored;
  if (stored['version'] !== VERSION || !Array.isArray(dims) || !Array.isArray(memory)) {
    throw new StoredFormError('another form of a sampling state');
  }
  const latents = tensor(dims.map(Number), arrayAt(arrays, stored['latents'], Float32Array));
  const remembered = memory.map((place: unknown) => arrayAt(arrays, place, Float32Array));
  const state = decodeStream(arrays, stored['generator']);
  scheduler.restore?.(call, remembered);
  generator.restore(state);
  return latents;
}
