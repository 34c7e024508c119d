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

/** Where samplers leave how far they have come, so that a later run may go on from there. */
export interface SamplingStates {
  /** A name for everything that decides a state: two equal names stand for equal bytes. */
  nameOf(text: string, arrays: readonly StoredArray[]): string;
  has(name: string): boolean;
  /**
   * What models run on now, and in which precision: a state of another one leads to another image. Asked at every call,
   * since a device may fail on the way. Left out: it is always the same.
   */
  readonly arithmetic?: () => Promise<string>;
  /** Finds out which of these `has` is to know of; left out: it knows by itself. Never rejects. */
  readonly lookUp?: (names: readonly string[]) => Promise<void>;
  /** Never rejects. `undefined`: gone or damaged. */
  read(name: string): Promise<StoredValue | undefined>;
  /** Keeps a state when there is time and room; the sampler does not wait. `value` must not change any more. */
  write(name: string, value: StoredValue): void;
}

/** Everything that a sampler's next call depends on, besides what it was asked for. */
export interface SamplingState {
  readonly latents: Tensor;
  readonly scheduler: Scheduler;
  readonly generator: RandomStream;
}

const VERSION = 2;

/** @returns `undefined` if the scheduler cannot be gone on with */
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
