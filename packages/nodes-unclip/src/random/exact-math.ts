// Correctly rounded binary64 functions for the paths where torch calls the C library: its results are correctly
// rounded in 99.8 % of the cases, while a JavaScript engine's may be an ulp away in one case of ten.
//
// Notation: a number is held as an unevaluated sum [hi, lo] of two binary64 numbers, some 106 bits.
// Dekker 1971, https://doi.org/10.1007/BF01397083

type Pair = readonly [hi: number, lo: number];

const LN2: Pair = [Math.LN2, 2.3190468138462996e-17];
const HALF_PI: Pair = [Math.PI / 2, 6.123233995736766e-17];
// The rest of pi / 2 beyond the pair.
const HALF_PI_REST = -1.4973849048591833e-33;

/** The natural logarithm of x in (0, 1]. */
export function exactLog(x: number): number {
  // One Newton step on exp: ln x = y + 2 (x e^-y - 1) / (x e^-y + 1), the second term being tiny.
  const y = Math.log(x);
  const [hi, lo] = multiply(exp(-y), [x, 0]);
  const surplus = hi - 1 + lo;
  return y + (2 * surplus) / (2 + surplus);
}

/** Cosine and sine of x in 0..2 pi. */
export function exactCosSin(x: number): readonly [cos: number, sin: number] {
  const quarter = Math.round(x / HALF_PI[0]);
  const [highHi, highLo] = twoProduct(quarter, HALF_PI[0]);
  const [lowHi, lowLo] = twoProduct(quarter, HALF_PI[1]);
  let r = add([x, 0], [-highHi, -highLo]);
  r = add(r, [-lowHi, -lowLo]);
  r = add(r, [-quarter * HALF_PI_REST, 0]);
  const cos = taylor(r, 0);
  const sin = taylor(r, 1);
  switch (quarter & 3) {
    case 0:
      return [cos, sin];
    case 1:
      return [-sin, cos];
    case 2:
      return [-cos, -sin];
    default:
      return [sin, -cos];
  }
}

/** x^k/k! - x^(k+2)/(k+2)! + ..., begun at k = `first`: 0 for the cosine, 1 for the sine; |x| <= pi / 4. */
function taylor(x: Pair, first: 0 | 1): number {
  const [squareHi, squareLo] = multiply(x, x);
  const minusSquare: Pair = [-squareHi, -squareLo];
  let term: Pair = first === 0 ? [1, 0] : x;
  let sum = term;
  for (let k = first + 1; k < 34; k += 2) {
    term = divide(multiply(term, minusSquare), k * (k + 1));
    sum = add(sum, term);
  }
  return sum[0];
}

/** e^x for |x| up to some 40. */
function exp(x: number): Pair {
  // e^x = 2^k (e^(r / 256))^256
  const k = Math.round(x / LN2[0]);
  const [highHi, highLo] = twoProduct(k, LN2[0]);
  const r = add(add([x, 0], [-highHi, -highLo]), twoProduct(-k, LN2[1]));
  const small: Pair = [r[0] / 256, r[1] / 256];
  let term: Pair = [1, 0];
  let sum: Pair = [1, 0];
  for (let i = 1; i < 14; i++) {
    term = divide(multiply(term, small), i);
    sum = add(sum, term);
  }
  for (let i = 0; i < 8; i++) sum = multiply(sum, sum);
  return [sum[0] * 2 ** k, sum[1] * 2 ** k];
}

function add(a: Pair, b: Pair): Pair {
  const [sum, error] = twoSum(a[0], b[0]);
  const [low, lowError] = twoSum(a[1], b[1]);
  const [hi, lo] = quickTwoSum(sum, error + low);
  return quickTwoSum(hi, lo + lowError);
}

function multiply(a: Pair, b: Pair): Pair {
  const [product, error] = twoProduct(a[0], b[0]);
  return quickTwoSum(product, error + (a[0] * b[1] + a[1] * b[0]));
}

function divide(a: Pair, by: number): Pair {
  const hi = a[0] / by;
  const [product, error] = twoProduct(hi, by);
  return quickTwoSum(hi, (a[0] - product - error + a[1]) / by);
}

/** a + b exactly. */
function twoSum(a: number, b: number): Pair {
  const sum = a + b;
  const virtual = sum - a;
  return [sum, a - (sum - virtual) + (b - virtual)];
}

/** a + b exactly, if |a| >= |b|. */
function quickTwoSum(a: number, b: number): Pair {
  const sum = a + b;
  return [sum, b - (sum - a)];
}

/** a * b exactly, by splitting each factor in halves of 26 bits. */
function twoProduct(a: number, b: number): Pair {
  const product = a * b;
  const [aHi, aLo] = split(a);
  const [bHi, bLo] = split(b);
  return [product, aHi * bHi - product + aHi * bLo + aLo * bHi + aLo * bLo];
}

function split(a: number): Pair {
  const scaled = 134217729 * a;
  const hi = scaled - (scaled - a);
  return [hi, a - hi];
}
