import { atOnce, type Work } from "../turn.ts";
import { erfInvFloat32 } from "./float32.ts";
import type { Key } from "./key.ts";
import { fillByLanes, LEAST, PART, SQRT2 } from "./normal-lanes.ts";
import { type DrawSize, sizeOf } from "./size.ts";
import { fillUniform } from "./uniform.ts";

/** Numbers of a process that are drawn one by one: up to so many, compiling takes longer than they do. */
const FIRST = 2 ** 12;
/** So many are in any case. */
const FEW = 32;
let drawn = 0;

/** Numbers that are drawn both ways once. */
const TRIED = 256;
let areSame: boolean | undefined;

/** Whether compiled code has the bits of the plain loop: a processor may have no fused multiply-add. */
function tryOut(): boolean {
  const found = new Float32Array(TRIED);
  const expected = found.slice();
  fillNormal([0, 0], expected, 0);
  return fillByLanes([0, 0], found, 0) && found.every((x, i) => x === expected[i]);
}

/**
 * Standard normal float32 numbers: `√2 erf⁻¹(u)` with `u` uniform in `(−1, 1)`.
 *
 * Equal to `jax.random.normal(key, shape)` on a CPU with fused multiply-add; elsewhere JAX itself
 * may differ in the last bits.
 * @throws HamError `core/bad-shape` when `size` is no shape.
 */
export function normal(key: Key, size: DrawSize): Float32Array {
  return atOnce(drawNormal(key, size));
}

/** The numbers of {@link normal}, part by part. */
export function* drawNormal(key: Key, size: DrawSize): Work<Float32Array> {
  const numbers = new Float32Array(sizeOf("normal", size));
  drawn += numbers.length;
  const isCompiled = numbers.length > FEW && drawn > FIRST && (areSame ??= tryOut());
  for (let from = 0; from < numbers.length; from += PART) {
    if (from > 0) yield;
    const part = numbers.subarray(from, from + PART);
    if (!isCompiled || !fillByLanes(key, part, from)) fillNormal(key, part, from);
  }
  return numbers;
}

/** The numbers of a stream from number `from` on, one by one. */
export function fillNormal(key: Key, numbers: Float32Array, from: number): void {
  fillUniform(key, numbers, { min: LEAST, max: 1, from });
  for (let i = 0; i < numbers.length; i++) numbers[i] = SQRT2 * erfInvFloat32(numbers[i]);
}
