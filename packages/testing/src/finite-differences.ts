/*
 * Derivatives in float64 by central differences: slow, simple, and independent of what they check.
 */

/** A scalar function of a vector. It must not keep or change its argument. */
export type RealFunction = (x: Float64Array) => number;

/** How differences are taken. */
export interface DifferenceOptions {
  /**
   * Distance of the two points in units of `max(1, |x|)`. Larger means less rounding error and
   * more truncation error. Default 1e-5 for gradients; with Richardson extrapolation, and for
   * Hessian-vector products, 1e-3.
   */
  step?: number;
  /**
   * Combine two distances, `(4 D(h/2) − D(h)) / 3`, so that the error falls as the fourth power
   * of the step instead of the second; default false, and true for Hessian-vector products.
   */
  richardson?: boolean;
}

/**
 * The gradient by central differences, `(f(x + h eᵢ) − f(x − h eᵢ)) / 2h`.
 *
 * Shapes: `x` is `[D]`; returns `[D]`. Relative accuracy is about 1e-10, with Richardson 1e-11,
 * for functions and derivatives of size one.
 */
export function differenceGradient(
  f: RealFunction,
  x: Float64Array,
  { richardson = false, step = richardson ? 1e-3 : 1e-5 }: DifferenceOptions = {},
): Float64Array {
  const point = new Float64Array(x);
  return Float64Array.from(x, (value, i) => {
    const along = (t: number) => {
      point[i] = value + t;
      const result = f(new Float64Array(point));
      point[i] = value;
      return result;
    };
    return slope(along, step * Math.max(1, Math.abs(value)), richardson);
  });
}

/**
 * The Hessian of `f` times `v`: the central difference of gradients along `v`.
 *
 * Shapes: `x` and `v` are `[D]`; returns `[D]`. Relative accuracy is about 1e-7 for functions and
 * derivatives of size one.
 */
export function differenceHessianVector(
  f: RealFunction,
  x: Float64Array,
  v: Float64Array,
  { richardson = true, step = 1e-3 }: DifferenceOptions = {},
): Float64Array {
  const length = Math.hypot(...v);
  if (length === 0) return new Float64Array(x.length);
  const direction = v.map((component) => component / length);
  const gradientAt = (t: number) =>
    differenceGradient(
      f,
      x.map((value, i) => value + t * direction[i]),
      { richardson, step },
    );
  const h = step * Math.max(1, ...x.map(Math.abs));
  const difference = (distance: number) => {
    const ahead = gradientAt(distance);
    const behind = gradientAt(-distance);
    return ahead.map((value, i) => ((value - behind[i]) / (2 * distance)) * length);
  };
  const coarse = difference(h);
  if (!richardson) return coarse;
  const fine = difference(h / 2);
  return fine.map((value, i) => extrapolate(value, coarse[i]));
}

function slope(along: (t: number) => number, h: number, richardson: boolean): number {
  const difference = (distance: number) => (along(distance) - along(-distance)) / (2 * distance);
  return richardson ? extrapolate(difference(h / 2), difference(h)) : difference(h);
}

/** Removes the error that falls with the square of the step. */
function extrapolate(fine: number, coarse: number): number {
  return (4 * fine - coarse) / 3;
}
