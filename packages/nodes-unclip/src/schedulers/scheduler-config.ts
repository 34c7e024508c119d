import { withReason } from '@unclip-studio/graph-core';
import { showJson } from '../json-object.js';
import type { SchedulerConfig, SchedulerOptions } from './scheduler.js';

/** A scheduler_config.json, or the number of steps, cannot be used with this scheduler. */
export class SchedulerConfigError extends Error {
  override readonly name = 'SchedulerConfigError';
}

interface Range {
  readonly min?: number;
  readonly max?: number;
  readonly integer?: true;
}

/**
 * Reads the keys of one config for one class. A missing key takes the default of the class that reads, not of the
 * class that wrote: that is what diffusers' from_config does.
 */
export class ConfigReader {
  constructor(
    readonly className: string,
    readonly config: SchedulerConfig,
  ) {}

  number(key: string, whenMissing: number, range: Range = {}): number {
    const value = this.#value(key, whenMissing);
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, integer } = range;
    const fits = typeof value === 'number' && value >= min && value <= max && (!integer || Number.isInteger(value));
    return fits ? value : this.refuse(key, `${integer ? 'an integer' : 'a number'}${describeRange(range)}`, value);
  }

  boolean(key: string, whenMissing: boolean): boolean {
    const value = this.#value(key, whenMissing);
    return typeof value === 'boolean' ? value : this.refuse(key, 'true or false', value);
  }

  choice<const Choice extends string>(key: string, whenMissing: Choice, choices: readonly Choice[]): Choice {
    const value = this.#value(key, whenMissing);
    return choices.find((choice) => choice === value) ?? this.refuse(key, `one of ${choices.join(', ')}`, value);
  }

  /** `null` when the key is missing or null. */
  numberOrNull(key: string): number | null {
    return (this.config[key] ?? null) === null ? null : this.number(key, 0);
  }

  /** `null` when the key is missing or null. */
  numbers(key: string): readonly number[] | null {
    const value = this.config[key] ?? null;
    if (value === null) return null;
    const fits = Array.isArray(value) && value.every((item) => typeof item === 'number' && Number.isFinite(item));
    return fits ? value : this.refuse(key, 'a list of numbers', value);
  }

  /** For settings of diffusers that are not built here: `value` alone is accepted. */
  only(key: string, value: boolean): void {
    const given = this.#value(key, value);
    if (given !== value) this.refuse(key, `${value}: the other setting is not supported here`, given);
  }

  refuse(key: string, expected: string, got: unknown): never {
    const shown = showJson(got);
    const short = shown.length > 60 ? `${shown.slice(0, 60)}...` : shown;
    throw withReason(new SchedulerConfigError(`${this.className}, "${key}": expected ${expected}, got ${short}`), {
      code: 'model-file',
      file: 'scheduler_config.json',
      fault: 'not-supported',
      detail: `"${key}": ${short}`,
      more: 0,
    });
  }

  #value(key: string, whenMissing: unknown): unknown {
    const value = Object.hasOwn(this.config, key) ? this.config[key] : undefined;
    return value === undefined ? whenMissing : value;
  }
}

/** @throws SchedulerConfigError unless `steps` is an integer from 1 to `max`, and `skip` leaves at least one */
export function checkSteps(className: string, { steps, skip = 0 }: SchedulerOptions, max: number): void {
  if (!(Number.isInteger(steps) && steps >= 1 && steps <= max)) {
    throw withReason(
      new SchedulerConfigError(`${className}, steps: expected an integer from 1 to ${max}, got ${steps}`),
      { code: 'setting-range', setting: 'steps', value: steps, min: 1, max: max },
    );
  }
  if (Number.isInteger(skip) && skip >= 0 && skip < steps) return;
  throw withReason(
    new SchedulerConfigError(`${className}, skip: expected an integer from 0 to ${steps - 1}, got ${skip}`),
    { code: 'setting-range', setting: 'skip', value: skip, min: 0, max: steps - 1 },
  );
}

/** The share of fresh noise, 0 to 1. @throws SchedulerConfigError if it is not in that range */
export function checkEta(className: string, eta: number): void {
  if (eta >= 0 && eta <= 1) return;
  throw withReason(new SchedulerConfigError(`${className}, eta: expected 0..1, got ${eta}`), {
    code: 'setting-range',
    setting: 'eta',
    value: eta,
    min: 0,
    max: 1,
  });
}

function describeRange({ min, max }: Range): string {
  if (min === undefined && max === undefined) return '';
  if (max === undefined) return ` from ${min}`;
  return min === undefined ? ` up to ${max}` : ` from ${min} to ${max}`;
}
