/*
 * Elementary functions in float32, rounded as XLA's CPU compiler rounds them, so that normal,
 * truncated normal and categorical streams equal JAX's in the last bit.
 *
 * XLA evaluates polynomials with fused multiply-add on every CPU that has it.
 */

const f = Math.fround;

/**
 * Fused multiply-add of float32 values: `a b + c` rounded once to float32.
 *
 * A product of two is exact in float64, and so `fround(a b + c)` is right unless the sum was rounded to a
 * tie. Then what the sum has lost decides.
 */
export function fma(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const nearest = f(sum);
  const other = nearest + 2 * (sum - nearest);
  if (f(other) !== other) return nearest;
  const added = sum - product;
  const lost = product - (sum - added) + (c - added);
  if (lost === 0) return nearest;
  return lost > 0 === other > nearest ? other : nearest;
}

/** A polynomial by Horner's rule, highest coefficient first. */
function horner(x: number, coefficients: Float32Array): number {
  let sum = coefficients[0];
  for (let i = 1; i < coefficients.length; i++) sum = fma(sum, x, coefficients[i]);
  return sum;
}

/** Splits a positive number into a mantissa in `[½, 1)` and a power of two. */
function frexp(x: number): [mantissa: number, exponent: number] {
  let exponent = Math.floor(Math.log2(x)) + 1;
  if (x >= 2 ** exponent) exponent += 1;
  else if (x < 2 ** (exponent - 1)) exponent -= 1;
  return [x / 2 ** exponent, exponent];
}

export const LOG_HIGH = Float32Array.of(7.0376836292e-2, -1.151461031e-1, 1.167699874e-1);
export const LOG_MIDDLE = Float32Array.of(-1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1);
export const LOG_LOW = Float32Array.of(2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1);
export const SQRT_HALF = f(Math.SQRT1_2);
export const LN2_HIGH = 0.693359375;
export const LN2_LOW = f(-2.1219444e-4);
const SMALLEST_NORMAL = 2 ** -126;

/**
 * Natural logarithm of a float32 value; below the smallest normal number, that number's.
 *
 * @see Moshier, Cephes library, logf.c; XLA evaluates its polynomial in three interleaved parts.
 */
export function logFloat32(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return Infinity;
  const [mantissa, power] = frexp(Math.max(x, SMALLEST_NORMAL));
  const below = mantissa < SQRT_HALF;
  const exponent = below ? power - 1 : power;
  const y = f(below ? 2 * mantissa - 1 : mantissa - 1);
  const square = f(y * y);
  const cube = f(square * y);
  const high = horner(y, LOG_HIGH);
  const middle = horner(y, LOG_MIDDLE);
  const low = horner(y, LOG_LOW);
  const polynomial = fma(fma(high, cube, middle), cube, low);
  const tail = fma(polynomial, cube, f(LN2_LOW * exponent));
  return fma(exponent, LN2_HIGH, f(tail + fma(-0.5, square, y)));
}

export const LOG1P_NUMERATOR = Float32Array.of(
  4.5270000862e-5,
  0.49854102823,
  6.5787325942,
  29.911919329,
  60.949667981,
  57.112963591,
  20.0395534992,
);
export const LOG1P_DENOMINATOR = Float32Array.of(
  1,
  15.0629090835,
  83.047565968,
  221.76239823,
  309.09872225,
  216.42788614,
  60.1186604976,
);
export const LOG1P_SMALL = f(0.41421356237309503);

/**
 * `log(1 + x)` of a float32 value, accurate near 0.
 *
 * @see Moshier, Cephes library, unity.c.
 */
export function log1pFloat32(x: number): number {
  if (!(Math.abs(x) < LOG1P_SMALL)) return logFloat32(f(1 + x));
  const square = f(x * x);
  const ratio = f(horner(x, LOG1P_NUMERATOR) / horner(x, LOG1P_DENOMINATOR));
  return f(x + fma(-0.5, square, f(f(x * square) * ratio)));
}

const ERF_NUMERATOR = Float32Array.of(
  0.00022905065,
  0.003408291,
  0.050955694,
  0.18520832,
  1.1283791,
);
const ERF_DENOMINATOR = Float32Array.of(
  -1.1791603e-7,
  2.3547966e-5,
  0.0010179626,
  0.01407047,
  0.11098505,
  0.49746925,
  1,
);
const ERF_IS_ONE_FROM = f(3.832506895);

/** The error function of a float32 value, by an odd rational approximation. */
export function erfFloat32(x: number): number {
  if (Math.abs(x) >= ERF_IS_ONE_FROM) return Math.sign(x);
  const square = f(x * x);
  return f(f(x * horner(square, ERF_NUMERATOR)) / horner(square, ERF_DENOMINATOR));
}

export const ERF_INV_CENTRE = Float32Array.of(
  2.81022636e-8,
  3.43273939e-7,
  -3.5233877e-6,
  -4.39150654e-6,
  0.00021858087,
  -0.00125372503,
  -0.00417768164,
  0.246640727,
  1.50140941,
);
export const ERF_INV_TAIL = Float32Array.of(
  -0.000200214257,
  0.000100950558,
  0.00134934322,
  -0.00367342844,
  0.00573950773,
  -0.0076224613,
  0.00943887047,
  1.00167406,
  2.83297682,
);

/**
 * The inverse error function of a float32 value in `[-1, 1]`.
 *
 * @see Giles (2010), Approximating the erfinv function.
 */
export function erfInvFloat32(x: number): number {
  if (Math.abs(x) === 1) return x * Infinity;
  const w = -log1pFloat32(f(-x * x));
  const polynomial =
    w < 5 ? horner(f(w - 2.5), ERF_INV_CENTRE) : horner(f(f(Math.sqrt(w)) - 3), ERF_INV_TAIL);
  return f(polynomial * x);
}

/** The float32 neighbour of a finite `x`, upwards or downwards. */
export function nextFloat32(x: number, direction: "up" | "down"): number {
  const float = new Float32Array([x]);
  const word = new Int32Array(float.buffer);
  if (x === 0) return direction === "up" ? 2 ** -149 : -(2 ** -149);
  word[0] += x > 0 === (direction === "up") ? 1 : -1;
  return float[0];
}
