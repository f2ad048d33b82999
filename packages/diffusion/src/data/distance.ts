import type { Points } from "./points.ts";

/** `|a_i − b_j|²` of two points of one width. */
export function squaredDistance(a: Points, i: number, b: Points, j: number): number {
  const width = a.shape[1];
  let sum = 0;
  for (let d = 0, p = i * width, q = j * width; d < width; d++, p++, q++) {
    sum += (a.data[p] - b.data[q]) ** 2;
  }
  return sum;
}

/** The nearest of the others to point i, and its distance; `self` leaves out the point itself. */
export function nearestTo(
  points: Points,
  i: number,
  others: Points,
  { self = false } = {},
): { readonly at: number; readonly distance: number } {
  let [at, smallest] = [-1, Infinity];
  for (let j = 0; j < others.shape[0]; j++) {
    if (self && j === i) continue;
    const square = squaredDistance(points, i, others, j);
    if (square < smallest) [at, smallest] = [j, square];
  }
  return { at, distance: Math.sqrt(smallest) };
}
