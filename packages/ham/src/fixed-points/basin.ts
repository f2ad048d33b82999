import type { Neuron } from "@hamlet/graph";
import type { FixedPoint } from "./census.ts";

/**
 * The position of the fixed point that activations are at: the nearest in the largest difference,
 * or −1 where none is within `tolerance` (default 1e-2 of `1 + |x̂|`).
 * @param activations - one example, as a recall ends with it.
 */
export function basinOf(
  points: readonly FixedPoint[],
  activations: ReadonlyMap<Neuron, ArrayLike<number>>,
  { tolerance = 1e-2 }: { readonly tolerance?: number } = {},
): number {
  let [best, nearest] = [-1, Infinity];
  points.forEach((point, i) => {
    const distance = distanceTo(point, activations);
    if (distance <= tolerance && distance < nearest) [best, nearest] = [i, distance];
  });
  return best;
}

function distanceTo(point: FixedPoint, activations: ReadonlyMap<Neuron, ArrayLike<number>>) {
  let [far, size] = [0, 0];
  for (const [neuron, values] of activations) {
    point.activations.get(neuron)?.forEach((value, i) => {
      far = Math.max(far, Math.abs(value - values[i]));
      size = Math.max(size, Math.abs(value));
    });
  }
  return far / (1 + size);
}
