// Sine and cosine of many angles at once, in float64.
//
// One reduction by multiples of π serves both, and there is no branch but the one for angles too
// large for it; several times faster than `Math.sin` and `Math.cos`, and the same on every machine.
// Many angles are compiled code, two at a time, with the same bits.

import { bits, f64x2, get, i32, load, loop, procedure, set, store } from "../wasm/assembler.ts";
import { takeBench } from "../wasm/bench.ts";

/** π in two parts: `k · FIRST` is exact for whole `k` below {@link LARGEST}. */
const FIRST = 3.1415926534682512;
const SECOND = 1.2154201013012384e-10;
/** Adding and subtracting this rounds to a whole number. */
const ROUNDER = 1.5 * 2 ** 52;
const LARGEST = 2 ** 20;

const inverse = (n: number): number => (n < 2 ? 1 : inverse(n - 1) / n);

/** `±1/n!` for every other `n` from the first on: what the powers of a square are multiplied by. */
const series = (first: number, length: number) =>
  Float64Array.from({ length }, (_, i) => (i % 2 === 0 ? 1 : -1) * inverse(first + 2 * i));

/** The Taylor series of `sin r / r`. */
const SINE = series(1, 10);
/** The Taylor series of the cosine. */
const COSINE = series(0, 11);

/**
 * `sines[i] = sin angles[i]` and `cosines[i] = cos angles[i]` for `i < count`; absolute error below
 * 1e-15, or that of the angle itself. The three are arrays of their own.
 */
export function sinCos(
  angles: Float64Array,
  count: number,
  sines: Float64Array,
  cosines: Float64Array,
): void {
  const isDone = count >= MANY && sinCosLanes(angles, count, sines, cosines);
  for (let i = 0; i < count; i++) {
    const angle = angles[i];
    const k = angle * (1 / Math.PI) + ROUNDER - ROUNDER;
    if (!(Math.abs(k) < LARGEST)) {
      sines[i] = Math.sin(angle);
      cosines[i] = Math.cos(angle);
    } else if (!isDone) {
      const r = angle - k * FIRST - k * SECOND;
      const sign = 1 - 2 * (k & 1);
      sines[i] = sign * r * sumOf(SINE, r * r);
      cosines[i] = sign * sumOf(COSINE, r * r);
    }
  }
}

/** A series at a number, by Horner's rule. */
function sumOf(series: Float64Array, z: number): number {
  let sum = 0;
  for (let n = series.length - 1; n >= 0; n--) sum = series[n] + z * sum;
  return sum;
}

/** Angles from which compiled code is worth its call. */
const MANY = 1024;
const VECTOR = 16;
/** Bytes of the angles of a call. */
const CALL = 2 ** 14;
/** What an angle takes, in products of two float32 numbers. */
const WORTH = 64;

/** The same without the branch; false where no code can be compiled. */
function sinCosLanes(
  angles: Float64Array,
  count: number,
  sines: Float64Array,
  cosines: Float64Array,
): boolean {
  const size = VECTOR * Math.ceil(count / 2);
  const bench = takeBench(written, 2 * size);
  if (bench === null) return false;
  const { at, buffer } = bench;
  try {
    new Float64Array(buffer, at, count).set(angles.subarray(0, count));
    const calls: number[][] = [];
    for (let from = at; from < at + size; from += CALL) {
      calls.push([from, Math.min(from + CALL, at + size), size]);
    }
    bench.run("sinCos", calls, WORTH * count);
    sines.set(new Float64Array(buffer, at, count));
    cosines.set(new Float64Array(buffer, at + size, count));
    return true;
  } finally {
    bench.free();
  }
}

const written = () => [
  // `sinCos(from, until, apart)` puts sines in the place of angles, and cosines so many bytes behind.
  procedure("sinCos", 3, ([from, until, apart], local) => {
    const at = local("i32");
    const [k, r, z, sign, sine, cosine] = Array.from({ length: 6 }, () => local("v128"));
    const sum = (to: typeof sine, series: Float64Array) => [
      set(to, f64x2.of(0)),
      ...Array.from(series.toReversed(), (term) =>
        set(to, f64x2.add(f64x2.of(term), f64x2.mul(get(z), get(to)))),
      ),
    ];
    return [
      loop(at, { from: get(from), until: get(until), by: i32.of(VECTOR) }, [
        set(r, load(get(at))),
        set(k, f64x2.add(f64x2.mul(get(r), f64x2.of(1 / Math.PI)), f64x2.of(ROUNDER))),
        // Its last bit says whether the whole number is odd.
        set(sign, bits.shiftLeft64(get(k), 63)),
        set(k, f64x2.sub(get(k), f64x2.of(ROUNDER))),
        ...[FIRST, SECOND].map((part) =>
          set(r, f64x2.sub(get(r), f64x2.mul(get(k), f64x2.of(part)))),
        ),
        set(z, f64x2.mul(get(r), get(r))),
        ...sum(sine, SINE),
        ...sum(cosine, COSINE),
        store(get(at), bits.xor(f64x2.mul(get(r), get(sine)), get(sign))),
        store(i32.add(get(at), get(apart)), bits.xor(get(cosine), get(sign))),
      ]),
    ];
  }),
];
