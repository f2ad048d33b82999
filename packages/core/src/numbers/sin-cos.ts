// Sine and cosine of many angles at once, in float64.
//
// One reduction by multiples of π serves both, and there is no branch but the one for angles too
// large for it; several times faster than `Math.sin` and `Math.cos`, and the same on every machine.

/** π in two parts: `k · FIRST` is exact for whole `k` below 2²⁰. */
const FIRST = 3.1415926534682512;
const SECOND = 1.2154201013012384e-10;
/** Adding and subtracting this rounds to a whole number. */
const ROUNDER = 1.5 * 2 ** 52;
const LARGEST = 2 ** 20;

/** `1/n!` with alternating signs: the Taylor series of the sine, odd `n`, and the cosine, even `n`. */
const inverse = (n: number): number => (n < 2 ? 1 : inverse(n - 1) / n);
const S3 = -inverse(3);
const S5 = inverse(5);
const S7 = -inverse(7);
const S9 = inverse(9);
const S11 = -inverse(11);
const S13 = inverse(13);
const S15 = -inverse(15);
const S17 = inverse(17);
const S19 = -inverse(19);
const C2 = -inverse(2);
const C4 = inverse(4);
const C6 = -inverse(6);
const C8 = inverse(8);
const C10 = -inverse(10);
const C12 = inverse(12);
const C14 = -inverse(14);
const C16 = inverse(16);
const C18 = -inverse(18);
const C20 = inverse(20);

/**
 * `sines[i] = sin angles[i]` and `cosines[i] = cos angles[i]` for `i < count`; absolute error below
 * 1e-15, or that of the angle itself.
 */
export function sinCos(
  angles: Float64Array,
  count: number,
  sines: Float64Array,
  cosines: Float64Array,
): void {
  for (let i = 0; i < count; i++) {
    const angle = angles[i];
    const k = angle * (1 / Math.PI) + ROUNDER - ROUNDER;
    if (!(Math.abs(k) < LARGEST)) {
      sines[i] = Math.sin(angle);
      cosines[i] = Math.cos(angle);
      continue;
    }
    const r = angle - k * FIRST - k * SECOND;
    const sign = 1 - 2 * (k & 1);
    const z = r * r;
    sines[i] =
      sign *
      r *
      (1 +
        z *
          (S3 +
            z *
              (S5 +
                z * (S7 + z * (S9 + z * (S11 + z * (S13 + z * (S15 + z * (S17 + z * S19)))))))));
    cosines[i] =
      sign *
      (1 +
        z *
          (C2 +
            z *
              (C4 +
                z *
                  (C6 +
                    z *
                      (C8 +
                        z * (C10 + z * (C12 + z * (C14 + z * (C16 + z * (C18 + z * C20))))))))));
  }
}
