import type { Points } from "@hamlet/diffusion";

/** From each point to the nearest of the others. */
export function nearestDistances(points: Points, others: Points): Float64Array {
  const [n, width] = points.shape;
  return Float64Array.from({ length: n }, (_, i) => {
    let nearest = Infinity;
    for (let j = 0; j < others.shape[0]; j++) {
      let square = 0;
      for (let d = 0; d < width; d++) {
        square += (points.data[i * width + d] - others.data[j * width + d]) ** 2;
      }
      nearest = Math.min(nearest, square);
    }
    return Math.sqrt(nearest);
  });
}
