import { type Key, permutation } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { type Points, pointAt } from "./points.ts";

/**
 * Some of the points, drawn without replacement: a training set of `count` patterns.
 *
 * The same key draws smaller subsets that are the beginning of larger ones.
 * @throws HamError `diffusion/subset` unless `1 ≤ count ≤ n`.
 */
export function subset(
  points: Points,
  { count, key }: { readonly count: number; readonly key: Key },
): Points {
  const [n, width] = points.shape;
  if (!Number.isInteger(count) || count < 1 || count > n) {
    throw new HamError(
      "diffusion/subset",
      `A subset of ${n} points has from 1 to ${n} of them, not ${count}.`,
      { count, n },
    );
  }
  const data = new Float64Array(count * width);
  permutation(key, n)
    .subarray(0, count)
    .forEach((from, to) => data.set(pointAt(points, from), to * width));
  return { shape: [count, width], data };
}
