// Parts of a softmax over patterns: cut and merged in any way, they say what all patterns say.

import { atOnce, key, normal } from "@hamlet/core";
import {
  addPatterns,
  emptySoftmaxPart,
  mergeSoftmaxParts,
  type SoftmaxPart,
  type SoftmaxSimilarity,
} from "@hamlet/core/numbers";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { law } from "../../../../tools/law.ts";

const [K, D, B] = [19, 3, 2];
const draw = (seed: number, count: number) => Float64Array.from(normal(key(seed), count));
const patterns = draw(1, K * D);
const queries = draw(2, B * D);

/** By the formula, pattern by pattern. */
function expected(similarity: SoftmaxSimilarity, beta: number, b: number) {
  const exponents = Array.from({ length: K }, (_, m) => {
    let [product, distance] = [0, 0];
    for (let d = 0; d < D; d++) {
      product += patterns[m * D + d] * queries[b * D + d];
      distance += (patterns[m * D + d] - queries[b * D + d]) ** 2;
    }
    return similarity === "dot" ? beta * product : (-beta / 2) * distance;
  });
  const largest = Math.max(...exponents);
  const weights = exponents.map((exponent) => Math.exp(exponent - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = Array.from({ length: D }, (_, d) =>
    weights.reduce((sum, weight, m) => sum + (weight * patterns[m * D + d]) / total, 0),
  );
  return { logSum: largest + Math.log(total), mean };
}

function assertSays(part: SoftmaxPart, similarity: SoftmaxSimilarity, beta: number): void {
  for (let b = 0; b < B; b++) {
    const { logSum, mean } = expected(similarity, beta, b);
    const { largest, total, weighted } = part;
    expect(Math.abs(largest[b] + Math.log(total[b]) - logSum)).toBeLessThan(1e-12 * (1 + beta));
    mean.forEach((x, d) => {
      expect(Math.abs(weighted[b * D + d] / total[b] - x)).toBeLessThan(1e-11 * (1 + beta));
    });
  }
}

describe.each(["dot", "euclidean"] as const)("%s", (similarity) => {
  test("patterns in pieces, and parts merged in any tree, say what all say", () =>
    law(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: K - 1 }), { maxLength: 5 }),
        fc.infiniteStream(fc.nat()),
        fc.constantFrom(0.1, 2, 300),
        (cuts, choices, beta) => {
          const asked = { queries, width: D, beta, similarity };
          const ends = [0, ...cuts.sort((a, b) => a - b), K];
          const parts = ends.slice(1).map((to, i) => {
            const part = emptySoftmaxPart(asked);
            // In two pieces, of which one may be empty.
            const middle = ends[i] + Math.floor((to - ends[i]) / 2);
            atOnce(addPatterns(part, patterns.subarray(ends[i] * D, middle * D), asked));
            atOnce(addPatterns(part, patterns.subarray(middle * D, to * D), asked));
            return part;
          });
          parts.push(emptySoftmaxPart(asked));
          const take = () => parts.splice(choices.next().value! % parts.length, 1)[0];
          while (parts.length > 1) {
            const into = take();
            mergeSoftmaxParts(into, take());
            parts.push(into);
          }
          assertSays(parts[0], similarity, beta);
        },
      ),
      100,
    ));
});
