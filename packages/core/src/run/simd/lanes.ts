// Functions of four float32 numbers at a time.
//
// exp and log lose whole powers of two and leave the rest to a polynomial; sine and cosine lose
// quarters of a turn, in three parts so that nothing is rounded but the last, and are the host's for
// angles beyond 12 000. Special values are those of the interpreter.

import {
  bits,
  call,
  type Code,
  f32x4,
  f64x2,
  get,
  type HostFunction,
  ifTrue,
  type Local,
  multiplyAdd,
  set,
  shuffle,
} from "../../wasm/assembler.ts";
import type { RunOp } from "../kernels.ts";

/** What compiled code calls where four lanes have no short way: how, and the places of the three. */
export const HOST = {
  pow: (x: number, n: number): number => x ** n,
  sin: (x: number): number => Math.sin(x),
  cos: (x: number): number => Math.cos(x),
};
/** The same as a module imports them. */
export const HOST_FUNCTIONS: readonly HostFunction[] = [
  { name: "pow", parameters: 2 },
  { name: "sin", parameters: 1 },
  { name: "cos", parameters: 1 },
];
const [POW, SIN] = [0, 1];

/** Writes statements, and keeps what they compute in locals. */
export class Lanes {
  code: Code[] = [];
  readonly local: () => Local;
  readonly isFused: boolean;
  readonly #shared = new Map<Local, unknown>();

  constructor(local: () => Local, isFused: boolean) {
    this.local = local;
    this.isFused = isFused;
  }

  /** What several functions of one value share. */
  once<Shared>(of: Local, make: () => Shared): Shared {
    if (!this.#shared.has(of)) this.#shared.set(of, make());
    return this.#shared.get(of) as Shared;
  }

  /** A value that is used several times. */
  keep(value: Code): Local {
    const kept = this.local();
    this.code.push(set(kept, value));
    return kept;
  }

  /** `a b + c`. */
  madd(a: Code, b: Code, c: Code): Code {
    return multiplyAdd(this.isFused)(a, b, c);
  }

  /** `c₀ + c₁ z + c₂ z² + …` */
  polynomial(z: Local, coefficients: readonly number[]): Code {
    return coefficients
      .slice(0, -1)
      .reduceRight<Code>(
        (rest, c) => this.madd(rest, get(z), f32x4.of(c)),
        f32x4.of(coefficients.at(-1)!),
      );
  }
}

type Function = (lanes: Lanes, ...args: readonly Local[]) => Code;

const one =
  (f: (x: Code) => Code): Function =>
  (_, x) =>
    f(get(x));
const two =
  (f: (a: Code, b: Code) => Code): Function =>
  (_, a, b) =>
    f(get(a), get(b));

const ONE = f32x4.of(1);
const ZERO = f32x4.of(0);
const SIGN = bits.of(...Array<number>(4).fill(-(2 ** 31)));
/** 1 where the mask says so, else 0. */
const truth = (mask: Code): Code => bits.and(mask, ONE);
const isTrue = (x: Code): Code => f32x4.ne(x, ZERO);
const whole = (n: number): Code => bits.of(n, n, n, n);

/** Adding and subtracting this rounds to a whole number, which then stands in the last bits. */
const ROUNDER = 1.5 * 2 ** 23;
const ROUNDER_BITS = 0x4b400000;
export const LN2 = [0.693359375, -2.12194440054e-4] as const;
/** `(eʳ − 1 − r)/r²` for |r| ≤ log(2)/2. */
export const EXP = [
  0.50000001201, 0.16666665459, 0.041665795894, 0.0083334519073, 0.0013981999507, 0.000198756915,
];

/** From here on down, exp is 0. */
const NOTHING = -104;

function exp(lanes: Lanes, x: Local): Code {
  // 1 in place of what comes to nothing: factors too small for a number hold a processor up.
  const isNothing = lanes.keep(f32x4.le(get(x), f32x4.of(NOTHING)));
  const inside = lanes.keep(bits.without(f32x4.atMost(get(x), f32x4.of(89)), get(isNothing)));
  const shifted = lanes.keep(lanes.madd(get(inside), f32x4.of(Math.LOG2E), f32x4.of(ROUNDER)));
  const n = lanes.keep(f32x4.sub(get(shifted), f32x4.of(ROUNDER)));
  const upper = lanes.keep(lanes.madd(get(n), f32x4.of(-LN2[0]), get(inside)));
  const r = lanes.keep(lanes.madd(get(n), f32x4.of(-LN2[1]), get(upper)));
  const square = f32x4.mul(get(r), get(r));
  const power = lanes.keep(
    f32x4.add(lanes.madd(lanes.polynomial(r, EXP), square, get(r)), f32x4.of(1)),
  );
  // In two factors, so that neither overflows and a subnormal result is rounded once.
  const exponent = lanes.keep(bits.sub(get(shifted), whole(ROUNDER_BITS)));
  const half = lanes.keep(bits.shiftRight(get(exponent), 1));
  const scale = (k: Code): Code => bits.shiftLeft(bits.add(k, whole(127)), 23);
  const rest = bits.sub(get(exponent), get(half));
  const value = f32x4.mul(f32x4.mul(get(power), scale(get(half))), scale(rest));
  return bits.without(value, get(isNothing));
}

export const SQRT_HALF_BITS = 0x3f3504f3;
export const ONE_BITS = 0x3f800000;
/** `(log(1 + f) − f + f²/2)/s − f²/2` in powers of `s² = (f/(2 + f))²`, from s² on. */
export const LOG = [0.66666662693, 0.40000972152, 0.28498786688, 0.24279078841];
export const LOG2 = [0.69313812256, 9.0580006145e-6] as const;

function log(lanes: Lanes, x: Local): Code {
  const isTiny = lanes.keep(f32x4.lt(get(x), f32x4.of(2 ** -126)));
  const scaled = bits.select(f32x4.mul(get(x), f32x4.of(2 ** 23)), get(x), get(isTiny));
  const shifted = lanes.keep(bits.add(scaled, whole(ONE_BITS - SQRT_HALF_BITS)));
  const exponent = bits.sub(bits.shiftRight(get(shifted), 23), whole(127));
  const k = lanes.keep(f32x4.sub(f32x4.ofWhole(exponent), bits.and(get(isTiny), f32x4.of(23))));
  const mantissa = bits.add(bits.and(get(shifted), whole(0x7fffff)), whole(SQRT_HALF_BITS));
  const f = lanes.keep(f32x4.sub(mantissa, ONE));
  const s = lanes.keep(f32x4.div(get(f), f32x4.add(f32x4.of(2), get(f))));
  const z = lanes.keep(f32x4.mul(get(s), get(s)));
  const half = lanes.keep(f32x4.mul(f32x4.of(0.5), f32x4.mul(get(f), get(f))));
  const inner = f32x4.add(get(half), f32x4.mul(get(z), lanes.polynomial(z, LOG)));
  const low = lanes.madd(get(s), inner, f32x4.mul(get(k), f32x4.of(LOG2[1])));
  const sum = lanes.madd(get(k), f32x4.of(LOG2[0]), f32x4.add(f32x4.sub(low, get(half)), get(f)));
  const value = lanes.keep(bits.select(get(x), sum, f32x4.eq(get(x), f32x4.of(Infinity))));
  const positive = bits.select(f32x4.of(-Infinity), get(value), f32x4.eq(get(x), ZERO));
  return bits.select(positive, f32x4.of(Number.NaN), f32x4.le(ZERO, get(x)));
}

/** `log(1 + t)` for t from 0 to 1: what adding 1 rounded off is added behind. */
function log1p(lanes: Lanes, t: Local): Code {
  const u = lanes.keep(f32x4.add(ONE, get(t)));
  const lost = f32x4.sub(get(t), f32x4.sub(get(u), ONE));
  return f32x4.add(log(lanes, u), f32x4.div(lost, get(u)));
}

const minusSize = (x: Local): Code => bits.or(get(x), SIGN);

function softplus(lanes: Lanes, x: Local): Code {
  const t = lanes.keep(exp(lanes, lanes.keep(minusSize(x))));
  return f32x4.add(f32x4.max(get(x), ZERO), log1p(lanes, t));
}

function logcosh(lanes: Lanes, x: Local): Code {
  const twice = lanes.keep(f32x4.mul(minusSize(x), f32x4.of(2)));
  const t = lanes.keep(exp(lanes, twice));
  return f32x4.sub(f32x4.add(f32x4.abs(get(x)), log1p(lanes, t)), f32x4.of(Math.LN2));
}

function sigmoid(lanes: Lanes, x: Local): Code {
  const t = lanes.keep(exp(lanes, lanes.keep(minusSize(x))));
  const isNegative = f32x4.lt(get(x), ZERO);
  return f32x4.div(bits.select(get(t), ONE, isNegative), f32x4.add(ONE, get(t)));
}

/** `(tanh x − x)/x³` in powers of x², for |x| < 0.625. */
export const TANH = [
  -0.333332819422, 0.133314422036, -0.0537397155531, 0.0206390887954, -0.00570498872745,
];

function tanh(lanes: Lanes, x: Local): Code {
  const size = lanes.keep(f32x4.abs(get(x)));
  const t = exp(lanes, lanes.keep(f32x4.mul(get(size), f32x4.of(2))));
  const large = f32x4.sub(ONE, f32x4.div(f32x4.of(2), f32x4.add(t, ONE)));
  const signed = lanes.keep(bits.or(large, bits.and(get(x), SIGN)));
  const z = lanes.keep(f32x4.mul(get(x), get(x)));
  const small = lanes.madd(f32x4.mul(lanes.polynomial(z, TANH), get(z)), get(x), get(x));
  return bits.select(small, get(signed), f32x4.lt(get(size), f32x4.of(0.625)));
}

/** The lower or the upper two numbers in float64. */
const halves = (x: Local): readonly Code[] => [
  f64x2.ofSingles(get(x)),
  f64x2.ofSingles(shuffle(x, [2, 3, 2, 3])),
];

function joined(lanes: Lanes, low: Code, high: Code): Code {
  const [a, b] = [lanes.keep(f32x4.ofDoubles(low)), lanes.keep(f32x4.ofDoubles(high))];
  return shuffle(a, [0, 1, 4, 5], b);
}

/** A function of the host, lane by lane. */
function byHost(lanes: Lanes, place: number, args: readonly Local[]): Code {
  const parts = args.map((arg) => halves(arg).map((half) => lanes.keep(half)));
  const [low, high] = [0, 1].map((half) => {
    const lane = (n: number): Code =>
      call(place, ...parts.map((part) => f64x2.lane(get(part[half]), n)));
    return f64x2.withLane(f64x2.splat(lane(0)), 1, lane(1));
  });
  return joined(lanes, low, high);
}

/** π/2 in three parts: `k` times the first or the second is exact for whole `k` below 2¹³. */
const HALF_PI = [1.5703125, 4.837512969970703e-4, 7.549789948768648e-8] as const;
const LARGEST_ANGLE = 2 ** 13 * 1.5;
/** `(sin r − r)/r³` and `(cos r − 1)/r²` in powers of r², for |r| ≤ π/4; off by 3e-9 at most. */
const SINE = [-0.16666654611, 0.00833216087, -0.00019515295891];
const COSINE = [-0.5, 0.04166664568298827, -0.001388731625493765, 2.443315711809948e-5];

/** Sine and cosine, which is the sine of a quarter of a turn more, of an angle without whole quarters. */
function waves(lanes: Lanes, x: Local): readonly Local[] {
  const shifted = lanes.keep(lanes.madd(get(x), f32x4.of(2 / Math.PI), f32x4.of(ROUNDER)));
  const quarters = lanes.keep(f32x4.sub(get(shifted), f32x4.of(ROUNDER)));
  const r = HALF_PI.reduce((rest, part) => {
    return lanes.keep(lanes.madd(get(quarters), f32x4.of(-part), get(rest)));
  }, x);
  const z = lanes.keep(f32x4.mul(get(r), get(r)));
  const cube = f32x4.mul(get(r), get(z));
  const sine = lanes.keep(lanes.madd(lanes.polynomial(z, SINE), cube, get(r)));
  const cosine = lanes.keep(lanes.madd(lanes.polynomial(z, COSINE), get(z), ONE));
  // The last two bits of the quarters, each as the sign of a number.
  const [second, last] = [30, 31].map((by) => lanes.keep(bits.shiftLeft(get(shifted), by)));
  const isOdd = lanes.keep(bits.shiftRight(get(last), 31));
  const signed = (even: Local, odd: Local, sign: Code): Local => {
    const size = bits.select(get(odd), get(even), get(isOdd));
    return lanes.keep(bits.xor(size, bits.and(sign, SIGN)));
  };
  const values = [
    signed(sine, cosine, get(second)),
    signed(cosine, sine, bits.xor(get(second), get(last))),
  ];
  const before = lanes.code;
  lanes.code = [];
  for (const [n, value] of values.entries()) {
    const exact = byHost(lanes, SIN + n, [x]);
    lanes.code.push(set(value, exact));
  }
  const rare = lanes.code;
  lanes.code = before;
  lanes.code.push(ifTrue(bits.any(f32x4.le(f32x4.of(LARGEST_ANGLE), f32x4.abs(get(x)))), rare));
  return values;
}

/** One of both, which share what they are made of; the code of one that nobody reads is left out by engines. */
const wave =
  (place: number): Function =>
  (lanes, x) =>
    get(lanes.once(x, () => waves(lanes, x))[place]);

/** −1, 0 or 1, and NaN of NaN. */
function sign(_: Lanes, x: Local): Code {
  const isNumber = bits.or(f32x4.lt(get(x), ZERO), f32x4.lt(ZERO, get(x)));
  return bits.select(bits.or(ONE, bits.and(get(x), SIGN)), get(x), isNumber);
}

/** The operations that go entry by entry. */
export const FUNCTIONS: Readonly<Partial<Record<RunOp, Function>>> = {
  add: two(f32x4.add),
  sub: two(f32x4.sub),
  mul: two(f32x4.mul),
  div: two(f32x4.div),
  pow: (lanes, x, n) => byHost(lanes, POW, [x, n]),
  maximum: two(f32x4.max),
  minimum: two(f32x4.min),
  square: one((x) => f32x4.mul(x, x)),
  reciprocal: one((x) => f32x4.div(ONE, x)),
  rsqrt: one((x) => f32x4.div(ONE, f32x4.sqrt(x))),
  exp,
  log,
  sqrt: one(f32x4.sqrt),
  abs: one(f32x4.abs),
  sign,
  relu: one((x) => bits.without(x, f32x4.le(x, ZERO))),
  step: one((x) => truth(f32x4.lt(ZERO, x))),
  softplus,
  sigmoid,
  logcosh,
  tanh,
  sin: wave(0),
  cos: wave(1),
  ceil: one(f32x4.ceil),
  eq: two((a, b) => truth(f32x4.eq(a, b))),
  ne: two((a, b) => truth(f32x4.ne(a, b))),
  lt: two((a, b) => truth(f32x4.lt(a, b))),
  le: two((a, b) => truth(f32x4.le(a, b))),
  and: two((a, b) => truth(bits.and(isTrue(a), isTrue(b)))),
  or: two((a, b) => truth(bits.or(isTrue(a), isTrue(b)))),
  not: one((x) => truth(f32x4.eq(x, ZERO))),
  select: (_, condition, yes, no) => bits.select(get(yes), get(no), isTrue(get(condition))),
};
