import { HamError } from "@hamlet/graph";

import { gumbel } from "./gumbel.ts";
import { sizeOf } from "./size.ts";
import type { Key } from "./key.ts";

/**
 * `count` indices drawn with probability `softmax(logits)`, by the largest of `logits + Gumbel`.
 *
 * Equal to `jax.random.categorical(key, logits, shape=(count,))`.
 * @param logits - unnormalised log probabilities; `-Infinity` is never drawn.
 * @throws HamError `core/bad-probability` when there are no logits, one is `NaN` or `+Infinity`,
 * or all are `-Infinity`.
 * @throws HamError `core/bad-shape` unless `count` is a whole number ≥ 0.
 */
export function categorical(key: Key, logits: ArrayLike<number>, count: number): Int32Array {
  const scores = new Float32Array(logits);
  const valid = scores.every((score) => score < Infinity);
  if (!valid || !scores.some((score) => score > -Infinity)) {
    throw new HamError(
      "core/bad-probability",
      `categorical: expected at least one finite logit and none that is NaN or Infinity, ` +
        `found ${describe(scores)}. Use -Infinity for what must never be drawn.`,
      { logits: scores.slice(0, 16) },
    );
  }
  const kinds = scores.length;
  const noise = gumbel(key, [sizeOf("categorical", count), kinds]);
  return Int32Array.from({ length: count }, (_, draw) => {
    let best = 0;
    let highest = -Infinity;
    for (let kind = 0; kind < kinds; kind++) {
      const score = Math.fround(noise[draw * kinds + kind] + scores[kind]);
      if (score > highest) {
        highest = score;
        best = kind;
      }
    }
    return best;
  });
}

function describe(scores: Float32Array): string {
  if (scores.length === 0) return "no logits";
  return `[${scores.slice(0, 8).join(", ")}${scores.length > 8 ? ", …" : ""}]`;
}
