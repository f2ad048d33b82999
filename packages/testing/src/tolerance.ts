/*
 * How far float32 results may be from float64 ones, by backend and kind of computation.
 *
 * The numbers are measured maximum errors over 4096 points, rounded up threefold or more. They are
 * worst on WebGPU, whose cosine and whose logarithms near 1 are approximations by its standard.
 */

/** The backends whose accuracy is known. */
export type BackendName = "cpu" | "wasm" | "webgl" | "webgpu";

/** Largest accepted errors of one backend. */
export interface Tolerances {
  /** Relative error of exponentials of arguments in [−10, 10], and of arithmetic. */
  exp: number;
  /** Absolute error of the error function. */
  erf: number;
  /** Absolute error of sine and cosine of arguments in [−π, π]. */
  cos: number;
  /** Relative error of softplus, log(1 + x) and exp(x) − 1 where the result is small. */
  log1p: number;
  /**
   * Relative error of the sum of a million random numbers in [0, 1]. WASM adds one by one, so
   * where rounding errors do not average out, as with a few repeated values, it can lose 1%.
   */
  sum: number;
  /** Absolute error of a matrix product over 2048 terms of size one. */
  matMul: number;
  /** Relative error of a gradient against central differences. */
  gradient: number;
}

const GRADIENT = 2e-3;
const GPU: Tolerances = {
  exp: 2e-6,
  erf: 2e-6,
  cos: 5e-4,
  log1p: Infinity,
  sum: 1e-4,
  matMul: 1e-4,
  gradient: GRADIENT,
};

/**
 * Largest accepted errors by backend. `Infinity` marks results that a backend does not compute:
 * near 0, WebGL and WebGPU evaluate exp(x) − 1 and log(1 + x) as written and lose every digit.
 */
export const TOLERANCES: Readonly<Record<BackendName, Readonly<Tolerances>>> = {
  cpu: {
    exp: 1e-6,
    erf: 1e-6,
    cos: 1e-7,
    log1p: 2e-6,
    sum: 1e-6,
    matMul: 2e-5,
    gradient: GRADIENT,
  },
  wasm: {
    exp: 1e-6,
    erf: 1e-6,
    cos: 1e-6,
    log1p: 1e-1,
    sum: 1e-4,
    matMul: 2e-4,
    gradient: GRADIENT,
  },
  webgl: GPU,
  webgpu: GPU,
};
