const { exp, fround } = Math;

interface Interval {
  /** Half the logarithm of the signal-to-noise ratio at both ends, float32. */
  readonly start: number;
  readonly end: number;
}

interface CoefficientArgs extends Interval {
  /** The lambdas of the predictions, one each. */
  readonly lambdas: readonly number[];
  /** What the polynomial is one of: x_0, with `tau`, or the noise. */
  readonly predictsOriginal: boolean;
  readonly tau: 0 | 1;
}

/**
 * The weight of each prediction in a step of SA-Solver: its Lagrange polynomial in lambda, times an exponential, integrated over
 * the step. float32 throughout, in diffusers' order, since large numbers cancel here.
 *
 * @see diffusers 0.42.1, scheduling_sasolver.py, get_coefficients_fn
 */
export function saSolverCoefficients({
  start,
  end,
  lambdas,
  predictsOriginal,
  tau,
}: CoefficientArgs): readonly number[] {
  const order = lambdas.length;
  const integrals = lambdas.map((_, j) =>
    predictsOriginal ? positive(order - 1 - j, { start, end }, 1 + tau ** 2) : negative(order - 1 - j, { start, end }),
  );
  return lambdaPolynomials(lambdas).map((polynomial) =>
    polynomial.reduce((sum, factor, j) => fround(sum + fround(factor * (integrals[j] as number))), 0),
  );
}

/** Of each prediction the polynomial that is 1 at its lambda and 0 at the others; the highest power first. */
function lambdaPolynomials(lambdas: readonly number[]): readonly (readonly number[])[] {
  return lambdas.map((own, i) => {
    const others = lambdas.filter((_, k) => k !== i);
    const divisor = others.reduce((product, other) => fround(product * fround(own - other)), 1);
    return symmetricSums(others).map((sum) => fround(sum / divisor));
  });
}

/** The coefficients of (x - a) (x - b) .., of up to three roots. */
function symmetricSums(roots: readonly number[]): readonly number[] {
  const [a, b, c] = roots;
  if (a === undefined) return [1];
  if (b === undefined) return [1, -a];
  if (c === undefined) return [1, fround(-a - b), fround(a * b)];
  const pairs = fround(fround(fround(a * b) + fround(a * c)) + fround(b * c));
  return [1, fround(fround(-a - b) - c), pairs, fround(fround(-a * b) * c)];
}

/** The integral of e^(k lambda) lambda^order, times k^order. @param k 1 + tau^2 */
function positive(order: number, { start, end }: Interval, k: number): number {
  const [a, b] = [fround(k * start), fround(k * end)];
  const rest = fround(exp(-fround(b - a)));
  const inner = fround(alternating(order, b) - fround(alternating(order, a) * rest));
  return fround(fround(fround(exp(b)) * inner) / k ** (order + 1));
}

/** The integral of e^-lambda lambda^order. */
function negative(order: number, { start, end }: Interval): number {
  const growth = fround(exp(fround(end - start)));
  const inner = fround(fround(rising(order, start) * growth) - rising(order, end));
  return fround(fround(exp(-end)) * inner);
}

/** 1, x - 1, x^2 - 2x + 2, x^3 - 3x^2 + 6x - 6 */
function alternating(order: number, x: number): number {
  const square = fround(x * x);
  const cube = fround(square * x);
  switch (order) {
    case 0:
      return 1;
    case 1:
      return fround(x - 1);
    case 2:
      return fround(fround(square - fround(2 * x)) + 2);
    default:
      return fround(fround(fround(cube - fround(3 * square)) + fround(6 * x)) - 6);
  }
}

/** 1, x + 1, x^2 + 2x + 2, x^3 + 3x^2 + 6x + 6 */
function rising(order: number, x: number): number {
  const square = fround(x * x);
  const cube = fround(square * x);
  switch (order) {
    case 0:
      return 1;
    case 1:
      return fround(x + 1);
    case 2:
      return fround(fround(square + fround(2 * x)) + 2);
    default:
      return fround(fround(fround(cube + fround(3 * square)) + fround(6 * x)) + 6);
  }
}
