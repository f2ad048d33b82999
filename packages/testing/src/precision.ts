/*
 * How exact every operation has to be on every backend, and what is excused: the table behind the
 * conformance suite of @hamlet/core.
 */
import type { BackendName } from "./tolerance.ts";

/** What plans run on in float32: a backend of TensorFlow.js, or compiled code. */
export type EngineName = BackendName | "simd";

/** The largest accepted error of one operation, by engine. */
export interface Precision extends Readonly<Record<EngineName, number>> {
  /**
   * Errors are parts of the expected value, and where that is smaller than this, parts of this.
   */
  readonly floor: number;
}

/** A result that may differ, and why. */
export interface Exemption {
  readonly rows: readonly string[];
  readonly backends: readonly EngineName[];
  /** True for a check that is excused; `inputs` are the numbers that one entry came from. */
  readonly applies: (check: { inputs: readonly number[]; expected: number }) => boolean;
  readonly reason: string;
}

/** Float32's smallest normal number: below it, backends may round to 0. */
export const SMALLEST_NORMAL = 2 ** -126;

/** Results that are the very numbers of the arguments, or 0 and 1. */
const EXACT: Precision = { floor: SMALLEST_NORMAL, simd: 0, cpu: 0, wasm: 0, webgl: 0, webgpu: 0 };
/** Arithmetic that rounds once. */
const ROUNDED: Precision = {
  floor: SMALLEST_NORMAL,
  simd: 1e-7,
  cpu: 1e-7,
  wasm: 1e-7,
  webgl: 1e-6,
  webgpu: 1e-6,
};
/** Functions that backends approximate; errors below 1 are absolute. */
const APPROXIMATE: Precision = {
  floor: 1,
  simd: 5e-7,
  cpu: 1e-6,
  wasm: 1e-6,
  webgl: 1e-5,
  webgpu: 1e-5,
};
/** Sums and products of many numbers of size one. */
const ACCUMULATED: Precision = {
  floor: 1,
  simd: 1e-5,
  cpu: 1e-5,
  wasm: 1e-4,
  webgl: 1e-4,
  webgpu: 1e-4,
};
/** Whole expressions, and whole models of ordinary size. */
const COMPOSED: Precision = {
  floor: 1,
  simd: 1e-5,
  cpu: 1e-5,
  wasm: 1e-5,
  webgl: 1e-5,
  webgpu: 1e-5,
};

const rows = (names: string, precision: Precision) =>
  Object.fromEntries(names.split(" ").map((name) => [name, precision]));

/** The accuracy of every row of the conformance suite. */
export const PRECISION: Readonly<Record<string, Precision>> = {
  ...rows("constant range reshape transpose tile gather select abs sign relu step ceil", EXACT),
  ...rows("maximum minimum max min eq ne lt le and or not", EXACT),
  ...rows("add sub mul div square sqrt reciprocal rsqrt", ROUNDED),
  ...rows("exp log pow softplus sigmoid logcosh tanh", APPROXIMATE),
  // Our own everywhere, for angles of every size.
  ...rows("sin cos", { floor: 1, simd: 1e-7, cpu: 1e-7, wasm: 1e-7, webgl: 1e-6, webgpu: 1e-6 }),
  ...rows("sum prod matmul", ACCUMULATED),
};

/** The accuracy of a row; rows that are no operation are whole expressions or models. */
export function precisionOf(row: string): Precision {
  return PRECISION[row] ?? COMPOSED;
}

/**
 * The error of one number: 0 where both are the same infinity or both are no number, infinite
 * where one is finite and the other is not. Expected values beyond float32 count as infinite, and
 * both zeros are the same.
 */
export function errorOf(expected: number, found: number, floor: number): number {
  const rounded = Math.fround(expected);
  const target = Number.isFinite(rounded) ? expected : rounded;
  if (found === target || (Number.isNaN(found) && Number.isNaN(target))) return 0;
  if (!Number.isFinite(found) || !Number.isFinite(target)) return Infinity;
  const size = Math.abs(target);
  if (size < SMALLEST_NORMAL && Math.abs(found) <= SMALLEST_NORMAL) return 0;
  return Math.abs(found - target) / Math.max(size, floor);
}

const EVERYWHERE: readonly BackendName[] = ["cpu", "wasm", "webgl", "webgpu"];
const CARDS: readonly BackendName[] = ["webgl", "webgpu"];

/** What is excused, and why. The first that applies counts. */
export const EXEMPTIONS: readonly Exemption[] = [
  {
    rows: ["step"],
    backends: EVERYWHERE,
    applies: ({ inputs }) => inputs.some(Number.isNaN),
    reason: "The step of NaN is NaN, where the graph says 0.",
  },
  {
    rows: ["maximum", "minimum"],
    backends: ["wasm"],
    applies: ({ inputs }) => inputs.some(Number.isNaN),
    reason: "The larger of a number and NaN is the number, if that comes first.",
  },
  {
    rows: ["pow"],
    backends: ["wasm"],
    applies: ({ inputs: [base, exponent] }) => Math.abs(base) === 1 && !Number.isFinite(exponent),
    reason: "1 to any power is 1, as in C; JavaScript says NaN.",
  },
  {
    rows: ["exp", "log", "softplus", "sigmoid", "relu", "div", "pow"],
    backends: CARDS,
    applies: ({ inputs }) => inputs.some((input) => !Number.isFinite(input)),
    reason: "Shaders may assume that there is no NaN and no infinity.",
  },
  {
    rows: ["log"],
    backends: CARDS,
    applies: ({ inputs: [x] }) => x === 0,
    reason: "The logarithm of 0 is not defined in shaders; here it is −88.",
  },
  {
    rows: ["pow"],
    backends: CARDS,
    applies: ({ inputs: [base] }) => base === 0,
    reason: "Powers of 0 are not defined in shaders.",
  },
  {
    rows: ["div"],
    backends: ["webgl"],
    applies: ({ inputs: [a, b] }) => a === 0 && b === 0,
    reason: "Equal numbers divide to 1, also 0 and 0.",
  },
  {
    rows: ["max", "min", "max over indices", "min over indices"],
    backends: ["webgl"],
    applies: ({ expected }) => Math.abs(expected) === Infinity,
    reason: "Extrema are looked for between −1e20 and 1e20.",
  },
  {
    rows: ["logsumexp over indices"],
    backends: CARDS,
    applies: ({ expected }) => expected === -Infinity,
    reason: "A log-sum-exp of nothing is below −1e19, not −∞, because log 0 is not.",
  },
];

/** The first exemption that covers a check. */
export function exemptionFor(
  row: string,
  backend: EngineName,
  check: { inputs: readonly number[]; expected: number },
): Exemption | undefined {
  return EXEMPTIONS.find(
    (exemption) =>
      exemption.rows.includes(row) &&
      exemption.backends.includes(backend) &&
      exemption.applies(check),
  );
}
