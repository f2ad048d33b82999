import { type Key, uniform } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import type { Points } from "./points.ts";

/** How many points, and on how large a circle. */
export interface CircleOptions {
  readonly count: number;
  /** Default 1. */
  readonly radius?: number;
}

/**
 * Points on a circle around the origin, their angles uniform in `[0, 2π)`: the data of the
 * two-dimensional example of Pham et al., From memorization to generalization, arXiv:2505.21777.
 *
 * @returns `[count, 2]`.
 * @throws HamError `core/bad-shape` unless `count` is a whole number ≥ 0; `diffusion/radius`.
 */
export function circlePoints(key: Key, { count, radius = 1 }: CircleOptions): Points {
  if (!(radius > 0 && Number.isFinite(radius))) {
    throw new HamError(
      "diffusion/radius",
      `The radius of the circle must be a number above 0, not ${radius}.`,
      { radius },
    );
  }
  const data = new Float64Array(2 * count);
  uniform(key, count).forEach((turn, i) => {
    data[2 * i] = radius * Math.cos(2 * Math.PI * turn);
    data[2 * i + 1] = radius * Math.sin(2 * Math.PI * turn);
  });
  return { shape: [count, 2], data };
}

/** The corners of a regular polygon on that circle, the first at angle 0: evenly spread patterns. */
export function polygonPoints(
  count: number,
  { radius = 1 }: { readonly radius?: number } = {},
): Points {
  const data = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    data[2 * i] = radius * Math.cos((2 * Math.PI * i) / count);
    data[2 * i + 1] = radius * Math.sin((2 * Math.PI * i) / count);
  }
  return { shape: [count, 2], data };
}
