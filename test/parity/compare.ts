import type { GoldenData } from './golden-safetensors.js';
import type { GoldenCase, GoldenSet } from './golden-set.js';
import type { CaseResult } from './parity-stage.js';

/** `|a - b| <= atol + rtol * |b|` for every element; `exact` means equal bits. */
export type Tolerance = 'exact' | { readonly atol: number; readonly rtol: number };

/** Bounds for an image as a whole. */
export interface ImageTolerance {
  readonly maxAbs: number;
  readonly meanAbs: number;
}

/** Bounds for uint8 images: no value off by more than `levels`, at most this share off at all. */
export interface LevelTolerance {
  readonly levels: number;
  readonly share: number;
}

export type NumberList = GoldenData | readonly number[];

/**
 * Collects the comparisons of one case; `result()` is what the stage returns.
 * An output which is not in the manifest is not compared, so a stage may offer all that it has.
 */
export class CaseChecks {
  readonly #details: string[] = [];
  readonly #tolerances = new Set<string>();
  #worstError = 0;

  constructor(
    readonly goldenCase: GoldenCase,
    readonly set: GoldenSet,
  ) {}

  /** Compares with the golden output `name`, if the case has it. The number of values must agree, and the dims if given. */
  output(name: string, actual: NumberList, options: { tolerance?: Tolerance; dims?: readonly number[] } = {}): this {
    if (this.goldenCase.outputs[name] === undefined) return this;
    const expected = this.set.output(this.goldenCase, name);
    const { dims = expected.dims } = options;
    if (dims.join() !== expected.dims.join()) {
      // What is the same for all images of a batch is computed once here, and n times by the reference.
      if (isOneRowOf(dims, expected.dims))
        return this.output(name, repeat(actual, expected.dims[0] ?? 0), { ...options, dims: expected.dims });
      return this.fail(`${name}: expected shape [${expected.dims.join(', ')}], got [${dims.join(', ')}]`);
    }
    return this.values(name, actual, expected.data, options.tolerance ?? toTolerance(this.goldenCase.tolerance));
  }

  /** Compares with numbers that are no output of the manifest. */
  values(name: string, actual: NumberList, expected: NumberList, tolerance: Tolerance): this {
    const found = compareNumbers(actual, expected, tolerance);
    this.#note(found.worstError, describeTolerance(tolerance));
    if (found.detail !== null) this.fail(`${name}: ${found.detail}`);
    return this;
  }

  /** Compares the image in golden output `name`, if the case has it, by its largest and its mean error. */
  image(name: string, actual: NumberList, tolerance: ImageTolerance): this {
    if (this.goldenCase.outputs[name] === undefined) return this;
    const expected = this.set.output(this.goldenCase, name).data;
    if (actual.length !== expected.length) return this.fail(lengthDetail(name, actual, expected));
    const { max, mean } = errorsOf(actual, expected);
    this.#note(max, `max ${tolerance.maxAbs}, mean ${tolerance.meanAbs}`);
    // Written so that a NaN fails.
    if (!(max <= tolerance.maxAbs && mean <= tolerance.meanAbs)) {
      this.fail(`${name}: largest error ${max}, mean error ${mean}`);
    }
    return this;
  }

  /** Compares the uint8 values in golden output `name`, if the case has it. */
  levels(name: string, actual: NumberList, tolerance: LevelTolerance): this {
    if (this.goldenCase.outputs[name] === undefined) return this;
    const expected = this.set.output(this.goldenCase, name).data;
    if (actual.length !== expected.length) return this.fail(lengthDetail(name, actual, expected));
    const { max, differing } = errorsOf(actual, expected);
    // A whole level would drown the errors of the floating-point outputs in the report's one figure.
    this.#tolerances.add(`uint8 ${tolerance.levels} level on ${100 * tolerance.share} %`);
    if (!(max <= tolerance.levels && differing <= tolerance.share * actual.length)) {
      this.fail(`${name}: ${differing} of ${actual.length} values differ, by up to ${max} levels`);
    }
    return this;
  }

  /** Compares two JSON-like values, such as lists of ids. */
  equal(name: string, actual: unknown, expected: unknown): this {
    const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
    this.#note(0, 'exact');
    return got === wanted ? this : this.fail(`${name}: expected ${clip(wanted)}, got ${clip(got)}`);
  }

  fail(detail: string): this {
    this.#details.push(detail);
    return this;
  }

  result(): CaseResult {
    const common = { worstError: this.#worstError, tolerance: [...this.#tolerances].join('; ') };
    if (this.#details.length > 0) return { outcome: 'failed', ...common, details: this.#details };
    if (this.#tolerances.size === 0) return { outcome: 'failed', ...common, details: ['nothing was compared'] };
    return { outcome: 'passed', ...common };
  }

  #note(error: number, tolerance: string): void {
    if (!(error <= this.#worstError)) this.#worstError = error;
    this.#tolerances.add(tolerance);
  }
}

/** The case names an error: passes if `attempt` throws one of ours, and says which. */
export async function expectRefusal(goldenCase: GoldenCase, attempt: () => unknown): Promise<CaseResult> {
  const tolerance = 'refused';
  try {
    await attempt();
  } catch (error) {
    // A bug in our own code is not a refusal.
    const slip = error instanceof TypeError || error instanceof ReferenceError;
    if (!slip) return { outcome: 'passed', worstError: 0, tolerance };
    return { outcome: 'failed', worstError: 0, tolerance, details: [`refused by accident: ${error.message}`] };
  }
  const details = [`expected a refusal as of the reference (${goldenCase.error}), got a result`];
  return { outcome: 'failed', worstError: 0, tolerance, details };
}

/**
 * Reads a manifest's tolerance. Its words either begin with "exact", or there are none at all: both mean equal bits.
 */
export function toTolerance(value: unknown): Tolerance {
  if (typeof value === 'object' && value !== null && 'atol' in value && 'rtol' in value) {
    return { atol: Number(value.atol), rtol: Number(value.rtol) };
  }
  if (value === null || (typeof value === 'string' && value.startsWith('exact'))) return 'exact';
  throw new Error(`the tolerance ${JSON.stringify(value)} is not known here`);
}

/** Reads words such as "at most 1 level, on at most 0.1 % of the values". */
export function toLevelTolerance(words: unknown): LevelTolerance {
  const found = /at most (\d+) level.*?at most ([\d.]+) %/.exec(String(words));
  if (found === null) throw new Error(`the tolerance ${JSON.stringify(words)} is not known here`);
  return { levels: Number(found[1]), share: Number(found[2]) / 100 };
}

/** Elementwise; a NaN meets a NaN, an infinity the same infinity. */
export function compareNumbers(
  actual: NumberList,
  expected: NumberList,
  tolerance: Tolerance,
): { readonly worstError: number; readonly detail: string | null } {
  if (actual.length !== expected.length) {
    return { worstError: Number.POSITIVE_INFINITY, detail: lengthDetail('', actual, expected) };
  }
  const { atol, rtol } = tolerance === 'exact' ? { atol: 0, rtol: 0 } : tolerance;
  let worstError = 0;
  let outside = 0;
  let first = -1;
  for (let i = 0; i < expected.length; i++) {
    const a = Number(actual[i]);
    const b = Number(expected[i]);
    if (Object.is(a, b)) continue;
    const error = Math.abs(a - b);
    if (!(error <= worstError)) worstError = error;
    const fits = tolerance === 'exact' ? false : error <= atol + rtol * Math.abs(b);
    if (fits) continue;
    if (first < 0) first = i;
    outside++;
  }
  if (outside === 0) return { worstError, detail: null };
  const at = `first at ${first}: expected ${expected[first]}, got ${actual[first]}`;
  return { worstError, detail: `${outside} of ${expected.length} values outside, worst error ${worstError}; ${at}` };
}

function errorsOf(actual: NumberList, expected: NumberList) {
  let max = 0;
  let sum = 0;
  let differing = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(Number(actual[i]) - Number(expected[i]));
    if (!(error <= max)) max = error;
    if (error !== 0) differing++;
    sum += error;
  }
  return { max, mean: expected.length === 0 ? 0 : sum / expected.length, differing };
}

/** [1, ...] where [n, ...] is expected. */
function isOneRowOf(dims: readonly number[], expected: readonly number[]): boolean {
  return dims[0] === 1 && dims.slice(1).join() === expected.slice(1).join();
}

function repeat(row: NumberList, count: number): readonly number[] {
  return Array.from({ length: count }, () => Array.from(row, Number)).flat();
}

function lengthDetail(name: string, actual: NumberList, expected: NumberList): string {
  return `${name} expected ${expected.length} values, got ${actual.length}`.trim();
}

function describeTolerance(tolerance: Tolerance): string {
  return tolerance === 'exact' ? 'exact' : `atol ${tolerance.atol}, rtol ${tolerance.rtol}`;
}

function clip(text: string | undefined): string {
  return text === undefined ? 'nothing' : text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
