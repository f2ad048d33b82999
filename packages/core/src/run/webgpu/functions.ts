// Functions of one float32 number in the language of shaders.
//
// exp and log are those of compiled code, sine and cosine those of our tensors: what a shader brings
// is not accurate enough. A shader may assume that every number is finite, so what is no number is
// known by its bits, and infinities are handed in.

import type { RunOp } from "../kernels.ts";
import { EXP, LN2, LOG, LOG2, ONE_BITS, SQRT_HALF_BITS, TANH } from "../simd/lanes.ts";
import { WGSL_WAVES, wgslWave } from "../sine.ts";

/** A float32 number as a shader writes it. */
export function literal(value: number): string {
  const x = Math.fround(value);
  if (Number.isNaN(x)) return "notANumber()";
  if (!Number.isFinite(x)) return x > 0 ? "infinity()" : "-infinity()";
  return Object.is(x, -0) ? "-0f" : `${x}f`;
}

/** `c₀ + c₁ z + c₂ z² + …` */
const polynomial = (z: string, coefficients: readonly number[]): string =>
  coefficients
    .slice(0, -1)
    .reduceRight((rest, c) => `fma(${rest}, ${z}, ${literal(c)})`, literal(coefficients.at(-1)!));

/** The functions of shaders that others call, by name. The first numbers of a script are constants. */
const LIBRARY: Readonly<Record<string, string>> = {
  infinity: "fn infinity() -> f32 { return bitcast<f32>(script[0]); }",
  notANumber: "fn notANumber() -> f32 { return bitcast<f32>(script[1]); }",
  isNan: "fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }",
  truth: "fn truth(is: bool) -> f32 { return select(0f, 1f, is); }",
  larger: `fn larger(a: f32, b: f32) -> f32 {
  return select(max(a, b), notANumber(), isNan(a) || isNan(b));
}`,
  smaller: `fn smaller(a: f32, b: f32) -> f32 {
  return select(min(a, b), notANumber(), isNan(a) || isNan(b));
}`,
  signOf: `fn signOf(x: f32) -> f32 {
  return select(truth(x > 0f) - truth(x < 0f), x, isNan(x));
}`,
  powerOfTwo: "fn powerOfTwo(k: i32) -> f32 { return bitcast<f32>(u32(k + 127) << 23u); }",
  expOf: `fn expOf(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  let inside = min(max(x, -104f), 89f);
  let n = round(inside * ${literal(Math.LOG2E)});
  let r = fma(n, ${literal(-LN2[1])}, fma(n, ${literal(-LN2[0])}, inside));
  let power = 1f + fma(${polynomial("r", EXP)}, r * r, r);
  // In two factors, so that neither overflows.
  let half = i32(n) >> 1u;
  return power * powerOfTwo(half) * powerOfTwo(i32(n) - half);
}`,
  logOf: `fn logOf(x: f32) -> f32 {
  if (isNan(x) || x < 0f) { return notANumber(); }
  if (x == 0f) { return -infinity(); }
  if (bitcast<u32>(x) == 0x7f800000u) { return x; }
  let isTiny = x < ${literal(2 ** -126)};
  let shifted = bitcast<u32>(select(x, x * ${literal(2 ** 23)}, isTiny)) + ${ONE_BITS - SQRT_HALF_BITS}u;
  let k = f32(i32(shifted >> 23u) - 127) - select(0f, 23f, isTiny);
  let f = bitcast<f32>((shifted & 0x7fffffu) + ${SQRT_HALF_BITS}u) - 1f;
  let s = f / (2f + f);
  let z = s * s;
  let half = 0.5f * f * f;
  let low = fma(s, half + z * ${polynomial("z", LOG)}, k * ${literal(LOG2[1])});
  return fma(k, ${literal(LOG2[0])}, (low - half) + f);
}`,
  // log(1 + t) for t from 0 to 1: what adding 1 rounded off is added behind.
  logOfOneAnd: `fn logOfOneAnd(t: f32) -> f32 {
  let u = 1f + t;
  return logOf(u) + (t - (u - 1f)) / u;
}`,
  softplusOf: `fn softplusOf(x: f32) -> f32 {
  return larger(x, 0f) + logOfOneAnd(expOf(-abs(x)));
}`,
  logcoshOf: `fn logcoshOf(x: f32) -> f32 {
  let size = abs(x);
  return size + logOfOneAnd(expOf(-2f * size)) - ${literal(Math.LN2)};
}`,
  sigmoidOf: `fn sigmoidOf(x: f32) -> f32 {
  let t = expOf(-abs(x));
  return select(1f, t, x < 0f) / (1f + t);
}`,
  tanhOf: `fn tanhOf(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  let size = abs(x);
  let z = x * x;
  let large = 1f - 2f / (expOf(2f * size) + 1f);
  let small = fma(${polynomial("z", TANH)} * z, x, x);
  return select(select(large, -large, x < 0f), small, size < 0.625f);
}`,
  // Whole powers by squaring; others of what is below 0 are no number.
  powOf: `fn powOf(x: f32, n: f32) -> f32 {
  if (n == 0f) { return 1f; }
  if (isNan(x) || isNan(n)) { return notANumber(); }
  let size = abs(n);
  if (size <= 64f && size == floor(size)) {
    var rest = u32(size);
    var square = x;
    var power = 1f;
    for (var k = 0; k < 7; k++) {
      if ((rest & 1u) == 1u) { power = power * square; }
      square = square * square;
      rest = rest >> 1u;
    }
    return select(power, 1f / power, n < 0f);
  }
  if (x == 0f) { return select(0f, infinity(), n < 0f); }
  let power = expOf(n * logOf(abs(x)));
  if (x > 0f) { return power; }
  if (size != floor(size)) { return select(power, notANumber(), x >= ${literal(-(2 - 2 ** -23) * 2 ** 127)}); }
  let isOdd = size < 16777216f && (u32(size) & 1u) == 1u;
  return select(power, -power, isOdd);
}`,
  polynomial: WGSL_WAVES,
  sineOf: wgslWave("Sin", "sineOf", "notANumber()"),
  cosineOf: wgslWave("Cos", "cosineOf", "notANumber()"),
};

/** The functions that some code calls, and those that they call. */
export function libraryFor(code: string): string {
  const found = new Set<string>();
  const look = (text: string) => {
    for (const [name, own] of Object.entries(LIBRARY)) {
      if (found.has(name) || !text.includes(`${name}(`)) continue;
      found.add(name);
      look(own);
    }
  };
  look(code);
  return [...found].map((name) => LIBRARY[name]).join("\n");
}

const named =
  (name: string) =>
  (...args: readonly string[]): string =>
    `${name}(${args.join(", ")})`;
const between =
  (operator: string) =>
  (a: string, b: string): string =>
    `${a} ${operator} ${b}`;
const isTrue = (x: string): string => `${x} != 0f`;
const truth = (condition: string): string => `truth(${condition})`;

/** The operations that go entry by entry, as expressions over names. */
export const OPERATIONS: Readonly<Partial<Record<RunOp, (...args: string[]) => string>>> = {
  add: between("+"),
  sub: between("-"),
  mul: between("*"),
  div: between("/"),
  pow: named("powOf"),
  maximum: named("larger"),
  minimum: named("smaller"),
  square: (x) => `${x} * ${x}`,
  reciprocal: (x) => `1f / ${x}`,
  rsqrt: (x) => `1f / sqrt(${x})`,
  exp: named("expOf"),
  log: named("logOf"),
  sqrt: named("sqrt"),
  abs: named("abs"),
  sign: named("signOf"),
  relu: (x) => `select(${x}, 0f, ${x} <= 0f)`,
  step: (x) => truth(`${x} > 0f`),
  softplus: named("softplusOf"),
  sigmoid: named("sigmoidOf"),
  logcosh: named("logcoshOf"),
  tanh: named("tanhOf"),
  sin: named("sineOf"),
  cos: named("cosineOf"),
  ceil: named("ceil"),
  eq: (a, b) => truth(`${a} == ${b}`),
  ne: (a, b) => truth(`!(${a} == ${b})`),
  lt: (a, b) => truth(`${a} < ${b}`),
  le: (a, b) => truth(`${a} <= ${b}`),
  and: (a, b) => truth(`${isTrue(a)} && ${isTrue(b)}`),
  or: (a, b) => truth(`${isTrue(a)} || ${isTrue(b)}`),
  not: (x) => truth(`${x} == 0f`),
  select: (condition, yes, no) => `select(${no}, ${yes}, ${isTrue(condition)})`,
};
