// Sine and cosine of four angles at once, in float32.
//
// The angle loses a multiple of π in three subtractions, of which the first two are exact, with or
// without a fused multiplication; what is left is at most π/2, and polynomials are evaluated there.

import { assembler } from "@hamlet/core/wasm";

const { bits, f32x4, get, set } = assembler;
type Code = assembler.Code;
type Local = assembler.Local;

/** π in three parts; `k` times the first or the second is exact for whole `k` below 2¹³. */
const PI = [3.140625, 0.0009675025939941406, 1.5099579897537296e-7] as const;
/** Adding and subtracting this rounds to a whole number, which then stands in the last bits. */
const ROUNDER = 1.5 * 2 ** 23;

/** Angles up to this size are served. */
export const LARGEST_ANGLE = 25_000;

/** Coefficients of r³, r⁵, … of the sine on [−π/2, π/2]; the largest error is 5e-9. */
const SINE = [
  -0.16666657048194705, 0.00833301609893947, -0.00019806528461929055, 2.5998618024848302e-6,
];
/** Coefficients of r², r⁴, … of the cosine; the largest error is 3e-10. */
const COSINE = [
  -0.4999999954670667, 0.041666640597036904, -0.0013888401675146757, 2.4761786777213027e-5,
  -2.6075267835327317e-7,
];

/** Sets `sine` and `cosine`; absolute error below 1.5e-7. `angle` is overwritten. */
export function sineLanes(
  to: Readonly<Record<"angle" | "sine" | "cosine" | "sign" | "square", Local>>,
  madd: ReturnType<typeof assembler.multiplyAdd>,
): Code {
  const { angle, sine, cosine, sign, square } = to;
  const turns = get(sine);
  const polynomial = (coefficients: readonly number[]) =>
    coefficients
      .slice(0, -1)
      .reduceRight<Code>(
        (rest, c) => madd(rest, get(square), f32x4.of(c)),
        f32x4.of(coefficients.at(-1)!),
      );
  return [
    set(sign, madd(get(angle), f32x4.of(1 / Math.PI), f32x4.of(ROUNDER))),
    set(sine, f32x4.sub(get(sign), f32x4.of(ROUNDER))),
    set(sign, bits.shiftLeft(get(sign), 31)),
    ...PI.map((part) => set(angle, madd(turns, f32x4.of(-part), get(angle)))),
    set(square, f32x4.mul(get(angle), get(angle))),
    set(sine, f32x4.mul(polynomial(SINE), f32x4.mul(get(square), get(angle)))),
    set(sine, bits.xor(f32x4.add(get(sine), get(angle)), get(sign))),
    set(cosine, madd(polynomial(COSINE), get(square), f32x4.of(1))),
    set(cosine, bits.xor(get(cosine), get(sign))),
  ].flat();
}
