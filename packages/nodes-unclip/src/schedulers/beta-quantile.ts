const { abs } = Math;
/** Both parameters of the distribution. */
const SHAPE = 0.6;

/**
 * The quantile function of the beta distribution with both parameters 0.6, which is symmetric around 1/2.
 *
 * @param share 0..1
 * @see scipy 1.17.1, scipy.stats.beta.ppf(share, 0.6, 0.6)
 */
export function betaQuantile(share: number): number {
  if (share <= 0) return 0;
  if (share >= 1) return 1;
  // Exact, since timesteps half way between two are rounded.
  if (share === 0.5) return 0.5;
  if (share > 0.5) return 1 - betaQuantile(1 - share);
  // Half of the distribution is below 1/2, which gives the factor before the integral without a gamma function.
  const scale = 0.5 / lowerIntegral(0.5);
  let [low, high] = [0, 0.5];
  let x = (share / (scale / SHAPE)) ** (1 / SHAPE);
  // Newton's method, kept between bounds by bisection.
  for (let round = 0; round < 100; round++) {
    if (!(x > low && x < high)) x = (low + high) / 2;
    const error = scale * lowerIntegral(x) - share;
    if (error > 0) high = x;
    else low = x;
    const next = x - error / (scale * (x * (1 - x)) ** (SHAPE - 1));
    if (abs(next - x) <= 2 ** -52 * x) return next;
    x = next;
  }
  return x;
}

/** The integral of (t (1 - t))^(a - 1) from 0 to x, for x up to 1/2: a continued fraction, by Lentz's algorithm. */
function lowerIntegral(x: number): number {
  // Abramowitz and Stegun, equation 26.5.8, with a = b.
  const a = SHAPE;
  let c = 1;
  let d = 1 / (1 - (2 * a * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 500; m++) {
    for (const factor of [
      (m * (a - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (2 * a + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / (1 + factor * d);
      c = 1 + factor / c;
      fraction *= c * d;
    }
    if (abs(c * d - 1) < 2 ** -53) break;
  }
  return ((x * (1 - x)) ** a / a) * fraction;
}
