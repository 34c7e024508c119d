import { MAX_VALUE_LENGTH, MAX_VALUES } from '../limits.js';
import { unreachable } from '../unreachable.js';
import { checkParam } from './check-param.js';
import type { Param } from './params.js';
import { isSeed, readSeed, type Seed, seedPlus } from './seed.js';

/**
 * Reads a list of values of a param as users write it: one per line; numbers, choices and booleans also separated by
 * commas, and numbers as ranges, `1..8` or `0..1000 step 250`, both ends included.
 *
 * @returns the values, each valid for the param, or a message about what is wrong with the text
 */
export function readValueList(param: Param, text: string): readonly unknown[] | string {
  const separator = hasCommas(param) ? /[\n,]/ : /\n/;
  const items = text.split(separator).map((item) => item.trim());
  if (hasCommas(param)) {
    const long = items.find((item) => item.length > MAX_VALUE_LENGTH);
    if (long !== undefined)
      return `expected values of at most ${MAX_VALUE_LENGTH} characters, got one of ${long.length}.`;
  }
  const values: unknown[] = [];
  // An empty line is a value for texts, but not the one after the last newline.
  for (const item of param.kind === 'text' ? text.replace(/\n$/, '').split('\n') : items.filter((one) => one !== '')) {
    const read = readItem(param, item);
    if (typeof read === 'string') return read;
    for (const value of read) {
      const expected = checkParam(param, value);
      if (expected !== undefined) return `expected ${expected}, got "${read.length === 1 ? item : value}".`;
      values.push(value);
    }
    if (values.length > MAX_VALUES) return `expected at most ${MAX_VALUES} values, got more. Use larger steps.`;
  }
  return values.length === 0 ? 'expected one value or more, got none.' : values;
}

/** Reads one value as written on a command line; `undefined` if it is not a number or boolean at all. */
export function readParamText(param: Param, text: string): unknown {
  switch (param.kind) {
    case 'number':
    case 'integer':
      // `Number` alone would also take an empty text, hexadecimal and "Infinity".
      return isNumber(text) ? Number(text) : undefined;
    case 'seed':
      // A seed may also be written 1e3. An invalid one stays as it was typed, never rounded.
      return readSeed(text) ?? (isNumber(text) && isSeed(Number(text)) ? Number(text) : text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'text':
    case 'choice':
    case 'image':
    case 'checkpoint':
      return text;
    default:
      return unreachable(param);
  }
}

/** Longer texts are none: the pattern takes a time that grows with their square. */
function isNumber(text: string): boolean {
  return text.length <= MAX_VALUE_LENGTH && NUMBER.test(text);
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const RANGE = /^(\S+?)\s*\.\.\s*(\S+?)(?:\s+step\s+(\S+))?$/;

function hasCommas({ kind }: Param): boolean {
  return kind !== 'text' && kind !== 'image' && kind !== 'checkpoint';
}

function readItem(param: Param, item: string): readonly unknown[] | string {
  const isNumber = param.kind === 'number' || param.kind === 'integer' || param.kind === 'seed';
  const range = isNumber ? RANGE.exec(item) : null;
  if (range === null) return [readParamText(param, item)];
  const [from, to, step] = [range[1], range[2], range[3] ?? '1'].map((part) => readParamText(param, part ?? ''));
  if (param.kind === 'seed') return seedsBetween({ from, to, step, item });
  if (typeof from !== 'number' || typeof to !== 'number' || typeof step !== 'number' || step <= 0) {
    return notARange(item);
  }
  return valuesBetween(from, to, step) ?? tooMany(item);
}

interface SeedRange {
  readonly from: unknown;
  readonly to: unknown;
  readonly step: unknown;
  /** The typed text. */
  readonly item: string;
}

function seedsBetween({ from, to, step, item }: SeedRange): readonly Seed[] | string {
  if (!isSeed(from) || !isSeed(to) || !isSeed(step) || BigInt(step) === 0n) return notARange(item);
  const [first, last, by] = [BigInt(from), BigInt(to), BigInt(step)];
  const steps = (last < first ? first - last : last - first) / by;
  if (steps >= BigInt(MAX_VALUES)) return tooMany(item);
  return Array.from({ length: Number(steps) + 1 }, (_, i) => seedPlus(from, BigInt(i) * (last < first ? -by : by)));
}

function notARange(item: string): string {
  return `expected a range such as 1..8 or 0..1000 step 250, got "${item}".`;
}

function tooMany(item: string): string {
  return `expected at most ${MAX_VALUES} values, got more in "${item}". Use larger steps.`;
}

/** Downwards if `to` is the smaller one. */
function valuesBetween(from: number, to: number, step: number): readonly number[] | undefined {
  // 0.1 + 0.2 is not 0.3: the last value counts as reached when a billionth of a step is missing.
  const steps = Math.floor(Math.abs(to - from) / step + 1e-9);
  if (steps >= MAX_VALUES) return undefined;
  const direction = to < from ? -step : step;
  return Array.from({ length: steps + 1 }, (_, i) => Number((from + i * direction).toPrecision(15)));
}
