import { seedSequence } from './seed-sequence.js';
import { TorchGenerator } from './torch-generator.js';

const { fround, sqrt } = Math;

export interface BrownianTreeOptions {
  readonly start: number;
  readonly end: number;
  /** How many values move at the same time. */
  readonly size: number;
  /** Not negative; all of its bits count. */
  readonly entropy: bigint;
}

/** A part of the time interval, halved repeatedly on demand. */
interface Interval {
  readonly start: number;
  readonly end: number;
  readonly key: bigint;
  readonly depth: number;
  /** The increment over it. */
  readonly increment: Float32Array;
  halves?: readonly [Interval, Interval];
}

const POOL_SIZE = 24;
// In digits behind the point.
const TOLERANCE = 6;

/**
 * `torchsde.BrownianTree(start, zeros, end, entropy=entropy)` on the CPU: a Brownian motion whose increments do not
 * depend on earlier queries.
 *
 * @returns from a pair of times, the earlier one first, to the increment between them
 * @see torchsde 0.2.6, _brownian/brownian_interval.py
 */
export function createBrownianTree(options: BrownianTreeOptions): (from: number, to: number) => Float32Array {
  const { size, entropy } = options;
  const [seed = 0] = seedSequence(entropy, { spawnKey: [], poolSize: POOL_SIZE, count: 3 });
  const scale = fround(sqrt(options.end - options.start));
  const whole = new TorchGenerator(seed).randn(size).map((value) => value * scale);
  const root: Interval = {
    ...{ start: roundTime(options.start), end: roundTime(options.end) },
    ...{ key: 0n, depth: 0, increment: whole },
  };
  return (from, to) => {
    const hold = (time: number) => roundTime(Math.min(Math.max(time, root.start), root.end));
    const [first, last] = [hold(from), hold(to)];
    const sum = new Float32Array(size);
    if (first === last) return sum;
    for (const { increment } of partsOf(root, first, last, entropy)) {
      for (let i = 0; i < size; i++) sum[i] = (sum[i] as number) + (increment[i] as number);
    }
    return sum;
  };
}

/** The intervals that make up a span, in order. */
function partsOf(interval: Interval, from: number, to: number, entropy: bigint): readonly Interval[] {
  if (from === interval.start && to === interval.end) return [interval];
  interval.halves ??= halve(interval, entropy);
  const [left, right] = interval.halves;
  if (to <= left.end) return partsOf(left, from, to, entropy);
  if (from >= right.start) return partsOf(right, from, to, entropy);
  return [...partsOf(left, from, left.end, entropy), ...partsOf(right, right.start, to, entropy)];
}

/** A Brownian bridge at the middle. */
function halve({ start, end, key, depth, increment }: Interval, entropy: bigint): readonly [Interval, Interval] {
  const middle = roundTime(0.5 * (end + start));
  const spawnKey = [key, BigInt(depth)];
  const [seed = 0] = seedSequence(entropy, { spawnKey, poolSize: POOL_SIZE, count: 4 });
  const noise = new TorchGenerator(seed).randn(increment.length);
  const share = 1 / (end - start);
  const [before, after] = [middle - start, end - middle];
  const deviation = fround(sqrt(before * after * share));
  const left = increment.map((value, i) => {
    const mean = fround(fround(fround(before) * value) * fround(share));
    return mean + fround(deviation * (noise[i] as number));
  });
  const right = increment.map((value, i) => value - (left[i] as number));
  return [
    { start, end: middle, key: 2n * key, depth: depth + 1, increment: left },
    { start: middle, end, key: 2n * key + 1n, depth: depth + 1, increment: right },
  ];
}

/** Python's `round(time, 6)`. */
function roundTime(time: number): number {
  return Number(time.toFixed(TOLERANCE));
}
